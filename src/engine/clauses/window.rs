//! Windows: OVER and WINDOW.

use datafusion::sql::sqlparser::ast::{ObjectName, Spanned, WindowFrame, WindowFrameBound, WindowSpec, WindowType};

use super::{
    constant::Constant,
    ordering::Ordered,
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn over(&self, function: &ObjectName, over: &WindowType, scope: Scope) -> Walked {
        match over {
            WindowType::WindowSpec(spec) => self.window(spec, scope),
            WindowType::NamedWindow(_) if scope.named_windows => Ok(()),
            WindowType::NamedWindow(name) => {
                let refusal = Refusal::at(name.span, format!("OVER {name} of {function}() here"));
                Err(refusal.instead("write the window itself, OVER (…), or a column's alias"))
            }
        }
    }

    pub(super) fn window(&self, spec: &WindowSpec, scope: Scope) -> Walked {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = spec;
        if let Some(name) = window_name {
            let refusal = Refusal::at(name.span, format!("OVER ({name} …)"));
            return Err(refusal.instead(format!("write OVER {name}, or all of the window")));
        }
        for expr in partition_by {
            if Constant::of(expr) == Some(Constant::Value) {
                let refusal = Refusal::at(expr.span(), "PARTITION BY of a constant");
                return Err(refusal.instead("it would make one part; name the column, without single quotes"));
            }
            self.expression(expr, scope)?;
        }
        self.ordering(order_by, Ordered::Window, scope)?;
        let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame else { return Ok(()) };
        [Some(start_bound), end_bound.as_ref()].into_iter().flatten().try_for_each(|bound| match bound {
            WindowFrameBound::CurrentRow => Ok(()),
            WindowFrameBound::Preceding(distance) | WindowFrameBound::Following(distance) => {
                self.expressions(distance.as_deref(), scope)
            }
        })
    }
}
