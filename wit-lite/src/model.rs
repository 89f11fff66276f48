//! The contract after every check: what sizes, shapes, comparisons and generated code are made from.

use semver::Version;

/// Everything that was read: packages, their interfaces and worlds, and all types in one list.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The package that was loaded; the others are what it depends on, and the standard packages.
    pub main: PackageName,
    /// All interfaces; [`InterfaceId`] is an index.
    pub interfaces: Vec<Interface>,
    /// All worlds, `include`s already followed.
    pub worlds: Vec<World>,
    /// All named types; [`TypeId`] is an index. A type stands after those that it is made of.
    pub types: Vec<TypeDef>,
    /// `error` of `corelet:plugin/types`, with which `init` fails.
    pub error: TypeId,
}

/// Index into [`Contract::interfaces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InterfaceId(pub usize);

/// Index into [`Contract::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub usize);

/// `namespace:name@version`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageName {
    /// `corelet` in `corelet:host@0.1.0`.
    pub namespace: String,
    /// `host` in `corelet:host@0.1.0`.
    pub name: String,
    /// `0.1.0` in `corelet:host@0.1.0`.
    pub version: Option<Version>,
}

/// One interface.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Where it belongs.
    pub package: PackageName,
    /// In kebab case, for instance `event-handler`.
    pub name: String,
    /// Its doc comment, attributes of the profile left out.
    pub docs: String,
    /// Its types in the order of the file.
    pub types: Vec<TypeId>,
    /// Its functions in the order of the file.
    pub functions: Vec<Function>,
}

/// One world: what a plugin asks for, and what it answers to.
#[derive(Clone, Debug)]
pub struct World {
    /// Where it belongs.
    pub package: PackageName,
    /// In kebab case.
    pub name: String,
    /// Its doc comment.
    pub docs: String,
    /// Interfaces that the host offers and the plugin may call, those that are needed for their types included.
    pub imports: Vec<InterfaceId>,
    /// Interfaces that the plugin answers to.
    pub exports: Vec<InterfaceId>,
    /// Types that the world itself defines or uses.
    pub types: Vec<TypeId>,
    /// Its record `config`, which `init` takes.
    pub config: Option<TypeId>,
}

/// One function of an interface.
#[derive(Clone, Debug)]
pub struct Function {
    /// In kebab case.
    pub name: String,
    /// Its doc comment, attributes of the profile left out.
    pub docs: String,
    /// Its parameters in order.
    pub params: Vec<Field>,
    /// Its result, if it has one.
    pub result: Option<Type>,
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// In kebab case.
    pub name: String,
    /// Where it is defined.
    pub owner: Owner,
    /// Its doc comment, attributes of the profile left out.
    pub docs: String,
    /// What it is.
    pub kind: TypeKind,
}

/// Where a type is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// In an interface.
    Interface(InterfaceId),
    /// In a world, by its index in [`Contract::worlds`].
    World(usize),
}

/// What a named type is.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// Another name for a type: `type`, or `use` from another interface.
    Alias(Type),
    /// Fields in order.
    Record(Vec<Field>),
    /// Cases in order, from 0.
    Variant(Vec<Case>),
    /// Cases in order, from 0.
    Enum {
        /// The cases.
        cases: Vec<Label>,
        /// `@open`: the cases leave the shape, and an unknown one decodes to `Unknown`.
        open: bool,
    },
    /// Flags in order, from bit 0; at most 32.
    Flags(Vec<Label>),
}

/// A field of a record, or a parameter of a function.
#[derive(Clone, Debug)]
pub struct Field {
    /// In kebab case.
    pub name: String,
    /// Its doc comment, attributes of the profile left out; empty for a parameter.
    pub docs: String,
    /// What it holds.
    pub ty: Type,
}

/// A case of a variant.
#[derive(Clone, Debug)]
pub struct Case {
    /// In kebab case.
    pub name: String,
    /// Its doc comment, attributes of the profile left out.
    pub docs: String,
    /// What it carries, if anything.
    pub payload: Option<Type>,
}

/// A case of an enum, or one flag.
#[derive(Clone, Debug)]
pub struct Label {
    /// In kebab case.
    pub name: String,
    /// Its doc comment.
    pub docs: String,
}

/// A type where it is used. Every string and list has its bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `s8`.
    S8,
    /// `s16`.
    S16,
    /// `s32`.
    S32,
    /// `s64`.
    S64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `char`.
    Char,
    /// `string` of at most `max` bytes.
    String {
        /// In bytes.
        max: u32,
    },
    /// `list<item>` of at most `max` items. A list of `u8` is bytes.
    List {
        /// What it lists.
        item: Box<Type>,
        /// In items.
        max: u32,
    },
    /// `list<item, length>`, `length` at least 1.
    FixedList {
        /// What it lists.
        item: Box<Type>,
        /// In items.
        length: u32,
    },
    /// `tuple<…>` of 1 to 12 parts.
    Tuple(Vec<Type>),
    /// `option<T>`.
    Option(Box<Type>),
    /// `result<T, E>`; none for `_` or what is left out.
    Result {
        /// What it is if it is well.
        ok: Option<Box<Type>>,
        /// What it is if it is not.
        err: Option<Box<Type>>,
    },
    /// A type with a name.
    Named(TypeId),
}
