//! The department tree: several levels, two roots, one archived branch, one branch whose root the application cannot see.

use std::borrow::Cow;

#[derive(Debug)]
pub(crate) struct Department {
    pub(crate) name: Cow<'static, str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) remote_id: Option<Cow<'static, str>>,
    pub(crate) archived: bool,
    pub(crate) parent: Option<usize>,
    /// 1 at the root.
    pub(crate) level: usize,
    /// 0-based among siblings.
    pub(crate) sort_order: usize,
    /// The employee who heads it.
    pub(crate) head: Option<u32>,
    pub(crate) owner: Option<&'static str>,
}

/// Parent of a row of `TREE`.
#[derive(Clone, Copy)]
enum Under {
    Nothing,
    Row(usize),
    Hidden,
}

type Row = (&'static str, Under, Option<&'static str>, Option<&'static str>);

#[rustfmt::skip]
const TREE: &[Row] = &[
    ("Lac Bleu Group", Under::Nothing, Some("GROUP"), Some("The whole group")),
    ("Finance", Under::Row(0), Some("FIN"), None),
    ("Accounting", Under::Row(1), Some("FIN-ACC"), None),
    ("Trésorerie & Contrôle", Under::Row(1), Some("FIN-TRE"), None),
    ("Human Resources", Under::Row(0), Some("HR"), Some("People, payroll, \"culture\"")),
    ("Payroll", Under::Row(4), Some("0012"), None),
    ("Talent", Under::Row(4), None, None),
    ("Product & Engineering", Under::Row(0), Some("R&D"), Some("Line one\nLine two")),
    ("Platform", Under::Row(7), Some("R&D-PLT"), None),
    ("Data", Under::Row(7), Some("R&D-DAT"), None),
    ("Data Science", Under::Row(9), None, None),
    ("Ångström Lab", Under::Row(10), Some("LAB"), Some("🔬")),
    ("Mobile", Under::Row(7), Some("R&D-MOB"), None),
    ("Design", Under::Row(7), None, None),
    ("Sales", Under::Row(0), Some("SAL"), None),
    ("Sales France", Under::Row(14), Some("SAL-FR"), None),
    ("Ventas Iberia", Under::Row(14), Some("SAL-ES"), None),
    ("Vertrieb DACH", Under::Row(14), Some("SAL-DE"), None),
    ("Customer Care", Under::Row(0), Some("CARE"), None),
    ("Support niveau 1", Under::Row(18), Some("CARE-1"), None),
    ("Legal", Under::Row(0), Some("LEGAL"), None),
    ("Télex & Minitel", Under::Row(0), Some("OLD"), Some("Closed")),
    ("Special Projects", Under::Hidden, Some("XX"), None),
    ("Fondation", Under::Nothing, None, None),
];

/// The row nobody works in any more.
const ARCHIVED: usize = 21;
/// Where numbered teams hang in a large tenant.
const TEAM_PARENTS: [usize; 8] = [8, 9, 12, 13, 15, 16, 17, 19];
const EMPLOYEES_PER_TEAM: usize = 150;
const MOST_TEAMS: usize = 480;

/// The departments of a tenant.
#[derive(Debug)]
pub(crate) struct Departments {
    /// The visible ones in id order, then the hidden one.
    all: Vec<Department>,
}

impl Departments {
    pub(crate) fn new(employees: usize) -> Self {
        let teams = (employees / EMPLOYEES_PER_TEAM).min(MOST_TEAMS);
        let hidden = TREE.len() + teams;
        let mut all: Vec<Department> = Vec::with_capacity(hidden + 1);
        for (row, (name, under, remote_id, description)) in TREE.iter().enumerate() {
            let parent = match under {
                Under::Nothing => None,
                Under::Row(row) => Some(*row),
                Under::Hidden => Some(hidden),
            };
            let owner = (row == 6).then_some("talent");
            all.push(Department {
                description: *description,
                archived: row == ARCHIVED,
                owner,
                ..department(Cow::Borrowed(name), remote_id.map(Cow::Borrowed), parent)
            });
        }
        for team in 0..teams {
            let parent = TEAM_PARENTS.get(team % TEAM_PARENTS.len()).copied();
            let code = format!("TEAM-{:03}", team + 1);
            all.push(department(Cow::Owned(format!("Team {}", team + 1)), Some(Cow::Owned(code)), parent));
        }
        all.push(department(Cow::Borrowed("Board secretariat"), Some(Cow::Borrowed("BOARD")), Some(0)));
        let mut departments = Self { all };
        departments.place();
        departments
    }

    /// Fills in levels and orders among siblings.
    fn place(&mut self) {
        for index in 0..self.all.len() {
            let parent = self.get(index).and_then(|department| department.parent);
            let earlier = self.all.iter().take(index).filter(|other| other.parent == parent).count();
            let level = 1 + self.ancestors(index).count();
            if let Some(department) = self.all.get_mut(index) {
                department.sort_order = earlier;
                department.level = level;
            }
        }
    }

    /// How many the application can see.
    pub(crate) fn visible(&self) -> usize {
        self.all.len().saturating_sub(1)
    }

    /// The one it cannot see.
    pub(crate) fn hidden(&self) -> usize {
        self.visible()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Department> {
        self.all.get(index)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Department> {
        self.all.get_mut(index)
    }

    /// Where people can work today, the hidden one apart.
    pub(crate) fn open(&self) -> Vec<usize> {
        (0..self.visible()).filter(|index| *index != ARCHIVED).collect()
    }

    pub(crate) fn archived(&self) -> usize {
        ARCHIVED
    }

    /// Parent, grandparent and so on.
    pub(crate) fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let above = |index: usize| self.get(index).and_then(|department| department.parent);
        std::iter::successors(above(index), move |index| above(*index))
    }
}

fn department(name: Cow<'static, str>, remote_id: Option<Cow<'static, str>>, parent: Option<usize>) -> Department {
    Department {
        name,
        description: None,
        remote_id,
        archived: false,
        parent,
        level: 1,
        sort_order: 0,
        head: None,
        owner: None,
    }
}
