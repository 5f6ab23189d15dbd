//! The words of a comparison: what types are called on both sides, and which type has become which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Api, Field, Presence, Type, TypeDef, TypeId, TypeKind, Union, UnionVariant};

/// Both sides, and which type of the old one is which of the new one.
pub(super) struct Terms<'a> {
    pub(super) old: &'a Api,
    pub(super) new: &'a Api,
    /// New names of types that have only been renamed.
    renamed: BTreeMap<String, String>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(old: &'a Api, new: &'a Api) -> Self {
        let mut terms = Self { old, new, renamed: BTreeMap::new() };
        // A renamed type may hold another one, so that it is recognized only once that is.
        while terms.find_renamed() {}
        terms
    }

    /// Types that are on both sides, then those that are gone, then those that are new.
    pub(super) fn types(&self) -> (Vec<(&'a TypeDef, &'a TypeDef)>, Vec<&'a TypeDef>, Vec<&'a TypeDef>) {
        let by_name: HashMap<&str, &TypeDef> = self.new.types.iter().map(|def| (def.name.as_str(), def)).collect();
        let mut both = Vec::new();
        let mut gone = Vec::new();
        for def in &self.old.types {
            match by_name.get(self.name_of(def)) {
                Some(other) => both.push((def, *other)),
                None => gone.push(def),
            }
        }
        let old: BTreeSet<&str> = self.old.types.iter().map(|def| self.name_of(def)).collect();
        let added = self.new.types.iter().filter(|def| !old.contains(def.name.as_str())).collect();
        (both, gone, added)
    }

    /// What a type of the old side is called on the new one.
    fn name_of(&self, def: &'a TypeDef) -> &str {
        self.renamed.get(&def.name).map_or(def.name.as_str(), String::as_str)
    }

    /// Finds types that are gone under their name and there under another; whether there were any.
    fn find_renamed(&mut self) -> bool {
        let (_, gone, added) = self.types();
        // What has no members looks like everything else that has none.
        let by_shape = |api: &'a Api, defs: Vec<&'a TypeDef>| {
            let mut shapes: BTreeMap<String, Vec<&TypeDef>> = BTreeMap::new();
            for def in defs {
                if let Some(shape) = self.shape(api, def) {
                    shapes.entry(shape).or_default().push(def);
                }
            }
            shapes
        };
        let added = by_shape(self.new, added);
        let mut found = Vec::new();
        for (shape, gone) in by_shape(self.old, gone) {
            if let ([def], Some([other])) = (gone.as_slice(), added.get(&shape).map(Vec::as_slice)) {
                found.push((def.name.clone(), other.name.clone()));
            }
        }
        let any = !found.is_empty();
        self.renamed.extend(found);
        any
    }

    /// What a type looks like, its name aside.
    fn shape(&self, api: &'a Api, def: &TypeDef) -> Option<String> {
        let shape = match &def.kind {
            TypeKind::Struct(object) if object.fields.is_empty() => return None,
            TypeKind::Struct(object) => {
                let fields = object
                    .fields
                    .iter()
                    .map(|field| format!("{} {} {}", field.name, field.wire, self.field(api, field)));
                fields.collect::<Vec<_>>().join(", ")
            }
            TypeKind::StringEnum(variants) => {
                variants.iter().map(|it| it.value.clone()).collect::<Vec<_>>().join(" | ")
            }
            TypeKind::IntEnum(variants) => {
                variants.iter().map(|it| it.value.to_string()).collect::<Vec<_>>().join(" | ")
            }
            TypeKind::Union(union) => {
                let variants = union.variants.iter().map(|it| format!("{} {}", it.name, self.compared(api, &it.ty)));
                variants.collect::<Vec<_>>().join(" | ")
            }
            TypeKind::Alias(_) => return None,
        };
        Some(format!("{} {shape}", kind(def)))
    }

    /// Whether a type is the same on both sides. Where it has kept its name, that will do: what has become of the type
    /// behind the name is told of it alone.
    pub(super) fn same(&self, old: &Type, new: &Type) -> bool {
        self.compared(self.old, old) == self.compared(self.new, new)
            || self.named(self.old, old) == self.named(self.new, new)
    }

    /// A type to be compared: aliases are looked through, and types are called as on the new side.
    pub(super) fn compared(&self, api: &Api, ty: &Type) -> String {
        written(api.resolve(ty), &|inner| api.resolve(inner), &|id| self.current_name(api, id))
    }

    /// The same by its names alone, those of aliases among them.
    pub(super) fn named(&self, api: &Api, ty: &Type) -> String {
        written(ty, &|inner| inner, &|id| self.current_name(api, id))
    }

    fn current_name(&self, api: &Api, id: TypeId) -> String {
        match api.get(id) {
            Some(def) if std::ptr::eq(api, self.old) => self.renamed.get(&def.name).unwrap_or(&def.name).clone(),
            Some(def) => def.name.clone(),
            None => "Value".to_owned(),
        }
    }

    /// Whether two fields have one type, with presence and box.
    pub(super) fn same_field(&self, old: &Field, new: &Field) -> bool {
        let named = |api, field: &Field| wrapped(field, &self.named(api, field.value_type()));
        self.field(self.old, old) == self.field(self.new, new) || named(self.old, old) == named(self.new, new)
    }

    /// A field's type with its presence and box, to be compared.
    pub(super) fn field(&self, api: &Api, field: &Field) -> String {
        wrapped(field, &self.compared(api, field.value_type()))
    }

    /// The types that a union can be made from by `From`, to be compared.
    pub(super) fn sources(&self, api: &Api, union: &Union) -> BTreeSet<String> {
        let name = |variant: &UnionVariant| self.compared(api, &variant.ty);
        let unique = |ty: &str| union.variants.iter().filter(|other| name(other) == ty).count() == 1;
        let sources =
            union.variants.iter().filter(|it| !matches!(api.resolve(&it.ty), Type::Any | Type::Unit)).map(name);
        sources.filter(|ty| unique(ty)).collect()
    }
}

/// What has become of things.
pub(super) struct Pairs<'t, T> {
    pub(super) both: Vec<(&'t T, &'t T)>,
    pub(super) gone: Vec<&'t T>,
    pub(super) added: Vec<&'t T>,
}

/// Tells which of the new things each old one is. The keys by which things are recognized are tried in turn, the one that
/// says most first; what has found its partner is out of the question for those behind.
///
/// What a thing is on the wire says more than its name: where a name has passed to another thing, code that uses it
/// still compiles, but does something else.
pub(super) fn paired<'t, T>(old: &'t [T], new: &'t [T], keys: &[&dyn Fn(&T) -> String]) -> Pairs<'t, T> {
    let mut partners: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken = BTreeSet::new();
    for key in keys {
        let mut free: HashMap<String, usize> = HashMap::new();
        for (index, thing) in new.iter().enumerate().filter(|(index, _)| !taken.contains(index)) {
            free.entry(key(thing)).or_insert(index);
        }
        for (thing, partner) in old.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            *partner = free.remove(&key(thing));
            taken.extend(*partner);
        }
    }
    let mut pairs = Pairs { both: Vec::new(), gone: Vec::new(), added: Vec::new() };
    for (thing, partner) in old.iter().zip(partners) {
        match partner.and_then(|index| new.get(index)) {
            Some(other) => pairs.both.push((thing, other)),
            None => pairs.gone.push(thing),
        }
    }
    pairs.added.extend(new.iter().enumerate().filter(|(index, _)| !taken.contains(index)).map(|(_, thing)| thing));
    pairs
}

/// The same for things that have a name and stand for something on the wire: what has kept both comes first.
pub(super) fn paired_by_wire<'t, T>(
    old: &'t [T],
    new: &'t [T],
    wire: &dyn Fn(&T) -> String,
    name: &dyn Fn(&T) -> String,
) -> Pairs<'t, T> {
    paired(old, new, &[&|thing| format!("{} {}", name(thing), wire(thing)), wire, name])
}

/// A type as consumers read it in signatures.
pub(super) fn shown(api: &Api, ty: &Type) -> String {
    let names = |id: TypeId| api.get(id).map_or_else(|| "Value".to_owned(), |def| def.name.clone());
    written(ty, &|inner| inner, &names)
}

/// A field's type as consumers read it.
pub(super) fn shown_field(api: &Api, field: &Field) -> String {
    wrapped(field, &shown(api, field.value_type()))
}

fn wrapped(field: &Field, ty: &str) -> String {
    let ty = if field.boxed { format!("Box<{ty}>") } else { ty.to_owned() };
    match field.presence {
        Presence::Required if field.takes_null() => format!("Option<{ty}>"),
        Presence::Required => ty,
        Presence::Optional => format!("Option<{ty}>"),
        Presence::Nullable => format!("Nullable<{ty}>"),
    }
}

fn written<'a>(ty: &'a Type, follow: &dyn Fn(&'a Type) -> &'a Type, name: &dyn Fn(TypeId) -> String) -> String {
    let inner = |ty: &'a Type| written(follow(ty), follow, name);
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::I32 => "i32".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::String => "String".to_owned(),
        Type::Timestamp => "Timestamp".to_owned(),
        Type::Date => "Date".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Any => "Value".to_owned(),
        Type::List(item) => format!("Vec<{}>", inner(item)),
        Type::Map(value) => format!("Map<String, {}>", inner(value)),
        Type::Option(some) => format!("Option<{}>", inner(some)),
        Type::Named(id) => name(*id),
    }
}

/// What a named type is, in a word.
pub(super) fn kind(def: &TypeDef) -> &'static str {
    match &def.kind {
        TypeKind::Struct(_) => "struct",
        TypeKind::StringEnum(_) => "enum of texts",
        TypeKind::IntEnum(_) => "enum of numbers",
        TypeKind::Union(_) => "union",
        TypeKind::Alias(_) => "alias",
    }
}

/// The same with its article.
pub(super) fn a_kind(def: &TypeDef) -> String {
    let kind = kind(def);
    let article = if kind.starts_with(['a', 'e']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// `` `text` ``
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Says what a thing that is gone may be called now: the one new thing of its type, if it was the one of its type.
pub(super) fn perhaps(ty: &str, gone: &[(&str, String)], new: &[(&str, String)]) -> String {
    let of_type = |all: &[(&str, String)]| all.iter().filter(|(_, other)| other == ty).count();
    let one = new.iter().find(|(_, other)| other == ty).map(|(name, _)| code(name));
    match (one, of_type(gone), of_type(new)) {
        (Some(name), 1, 1) => format!("; {name} of the same type is new, so perhaps it has only been renamed"),
        _ => String::new(),
    }
}

/// `a, b and c`
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
