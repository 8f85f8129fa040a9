//! Which file of a crate imports which, as its source says. Code of tests is left out.

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Attribute, ImplItem, Item, ItemMod, ItemUse, Macro, Path, UseTree,
    visit::{self, Visit},
};

/// A path of the language, in segments.
type Segments = Vec<String>;

/// The modules of a crate by their paths, without `crate`.
#[derive(Debug, Default)]
pub(crate) struct Source {
    modules: BTreeMap<Segments, Module>,
}

/// What one module says.
#[derive(Debug, Default)]
struct Module {
    /// Where it stands, below the folder of the sources.
    file: String,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// Paths in its code.
    mentions: BTreeSet<Segments>,
}

/// One name of a `use`.
#[derive(Debug)]
struct Use {
    path: Segments,
    /// How the module calls it; `*` for everything there.
    name: String,
    /// Passes names on to others, so that whoever uses them imports from where they come from.
    passes_on: bool,
}

impl Source {
    /// Reads the crate whose files these are, by their paths below the folder of the sources.
    ///
    /// # Panics
    /// When a module has no file, or a file is no Rust.
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let mut source = Self::default();
        source.read(files, Vec::new(), "lib.rs");
        source
    }

    fn read(&mut self, files: &BTreeMap<String, String>, path: Segments, file: &str) {
        let parsed = syn::parse_file(&files[file]).unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut reader = Reader { source: self, file: file.to_owned(), path: path.clone(), elsewhere: Vec::new() };
        reader.module().file = file.to_owned();
        reader.visit_file(&parsed);
        for child in reader.elsewhere {
            let folder = child.join("/");
            let names = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let file = names.iter().find(|name| files.contains_key(*name));
            self.read(files, child, file.unwrap_or_else(|| panic!("{folder} has no file")));
        }
    }

    /// From which file to which there are imports, and by which paths.
    pub(crate) fn imports(&self) -> BTreeMap<(String, String), BTreeSet<String>> {
        let mut imports = BTreeMap::<_, BTreeSet<String>>::new();
        for (path, module) in &self.modules {
            let used = module.uses.iter().filter(|used| !used.passes_on).map(|used| &used.path);
            for mentioned in used.chain(&module.mentions) {
                let Some(to) = self.origin(path, mentioned, 0) else { continue };
                if to.file != module.file {
                    let said = mentioned.join("::");
                    imports.entry((module.file.clone(), to.file.clone())).or_default().insert(said);
                }
            }
        }
        imports
    }

    /// The module that defines what `path` means in the module `from`; `None` for what is not of this crate.
    fn origin(&self, from: &[String], path: &[String], depth: usize) -> Option<&Module> {
        let mut at = from.to_vec();
        let mut rest = path.iter();
        let first = rest.next()?;
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => drop(at.pop()),
            child => {
                at.push(child.to_owned());
                if !self.modules.contains_key(&at) {
                    return None;
                }
            }
        }
        for name in rest.by_ref() {
            if name == "super" {
                at.pop();
                continue;
            }
            if name == "self" || name == "*" {
                continue;
            }
            let below = [&at[..], std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&below) {
                at = below;
                continue;
            }
            let here = self.modules.get(&at)?;
            let uses = here.uses.iter().filter(|_| depth < 16 && !here.items.contains(name));
            let mut known = uses.filter_map(|used| match used.name.as_str() {
                "*" => {
                    let there = [&used.path[..used.path.len() - 1], std::slice::from_ref(name)].concat();
                    self.origin(&at, &there, depth + 1).filter(|module| module.items.contains(name))
                }
                known if known == name => self.origin(&at, &used.path, depth + 1),
                _ => None,
            });
            return known.next().or(Some(here));
        }
        self.modules.get(&at)
    }
}

/// Collects what one file says.
struct Reader<'s> {
    source: &'s mut Source,
    file: String,
    path: Segments,
    /// Modules that have files of their own.
    elsewhere: Vec<Segments>,
}

impl Reader<'_> {
    fn module(&mut self) -> &mut Module {
        self.source.modules.entry(self.path.clone()).or_default()
    }

    fn mention(&mut self, path: Segments) {
        if path.len() > 1 {
            self.module().mentions.insert(path);
        }
    }

    fn flatten(&mut self, tree: &UseTree, before: &[String], passes_on: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.flatten(&path.tree, &with(&path.ident), passes_on),
            UseTree::Group(group) => return group.items.iter().for_each(|t| self.flatten(t, before, passes_on)),
            UseTree::Name(name) => (with(&name.ident), name.ident.to_string()),
            UseTree::Rename(renamed) => (with(&renamed.ident), renamed.rename.to_string()),
            UseTree::Glob(_) => ([before, &["*".to_owned()]].concat(), "*".to_owned()),
        };
        let name = if name == "self" { before.last().cloned().unwrap_or_default() } else { name };
        self.module().uses.push(Use { path, name, passes_on });
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test")
            || (a.path().is_ident("cfg") && a.parse_args::<Path>().is_ok_and(|p| p.is_ident("test")))
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Const(i) => (&i.attrs, Some(&i.ident)),
            Item::Enum(i) => (&i.attrs, Some(&i.ident)),
            Item::Fn(i) => (&i.attrs, Some(&i.sig.ident)),
            Item::Impl(i) => (&i.attrs, None),
            Item::Macro(i) => (&i.attrs, i.ident.as_ref()),
            Item::Mod(i) => (&i.attrs, None),
            Item::Static(i) => (&i.attrs, Some(&i.ident)),
            Item::Struct(i) => (&i.attrs, Some(&i.ident)),
            Item::Trait(i) => (&i.attrs, Some(&i.ident)),
            Item::Type(i) => (&i.attrs, Some(&i.ident)),
            Item::Use(i) => (&i.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        if let Some(name) = name {
            self.module().items.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.path.push(module.ident.to_string());
        if module.content.is_some() {
            self.module().file = self.file.clone();
            visit::visit_item_mod(self, module);
        } else {
            self.elsewhere.push(self.path.clone());
        }
        self.path.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let passes_on = !matches!(item.vis, syn::Visibility::Inherited);
        self.flatten(&item.tree, &[], passes_on);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.mention(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let text = call.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            self.mention(word.split("::").map(str::to_owned).collect());
        }
        visit::visit_macro(self, call);
    }
}
