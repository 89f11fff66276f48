use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::model::{Contract, Function, Interface, Type, TypeKind, World};

impl Contract {
    /// The shape of a function: the first eight bytes of the SHA-256 of its [`Contract::shape_text`], little-endian.
    pub fn shape(&self, interface: &Interface, function: &Function) -> u64 {
        hash(&self.shape_text(interface, function))
    }

    /// The shape of a world's `init`.
    pub fn init_shape(&self, world: &World) -> u64 {
        hash(&self.init_shape_text(world))
    }

    /// What a function's shape is computed from: its whole signature in one line, every type expanded.
    ///
    /// ```
    /// let contract = corelet_wit::Contract::standard();
    /// let storage = contract.interfaces.iter().find(|interface| interface.name == "storage").unwrap();
    /// assert_eq!(
    ///     contract.shape_text(storage, &storage.functions[0]),
    ///     "corelet:host/storage#get(key: string<max 24>) \
    ///      -> result<option<list<u8, max 128>>, open enum error>",
    /// );
    /// ```
    pub fn shape_text(&self, interface: &Interface, function: &Function) -> String {
        format!(
            "{}#{}",
            interface.unversioned_id(),
            self.signature(function)
        )
    }

    /// The same for a world's `init`, which stands in no interface: it begins with `init(`.
    pub fn init_shape_text(&self, world: &World) -> String {
        self.signature(&self.init(world))
    }

    /// Name, parameters and result, every type expanded.
    pub fn signature(&self, function: &Function) -> String {
        let params = function
            .params
            .iter()
            .map(|param| format!("{}: {}", param.name, self.type_text(&param.ty)));
        let mut text = format!("{}({})", function.name, join(params));
        if let Some(result) = &function.result {
            text.push_str(" -> ");
            self.write(&mut text, result);
        }
        text
    }

    /// A type, with every name but that of an open enum replaced by what it stands for.
    pub fn type_text(&self, ty: &Type) -> String {
        let mut text = String::new();
        self.write(&mut text, ty);
        text
    }

    fn write(&self, out: &mut String, ty: &Type) {
        let text = |ty: &Type| self.type_text(ty);
        let side =
            |ty: &Option<Box<Type>>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| text(ty));
        // Writing to a string cannot fail.
        let _ = match ty {
            Type::Bool => out.write_str("bool"),
            Type::U8 => out.write_str("u8"),
            Type::U16 => out.write_str("u16"),
            Type::U32 => out.write_str("u32"),
            Type::U64 => out.write_str("u64"),
            Type::S8 => out.write_str("s8"),
            Type::S16 => out.write_str("s16"),
            Type::S32 => out.write_str("s32"),
            Type::S64 => out.write_str("s64"),
            Type::F32 => out.write_str("f32"),
            Type::F64 => out.write_str("f64"),
            Type::Char => out.write_str("char"),
            Type::String { max } => write!(out, "string<max {max}>"),
            Type::List { item, max } => write!(out, "list<{}, max {max}>", text(item)),
            Type::FixedList { item, length } => write!(out, "list<{}, {length}>", text(item)),
            Type::Tuple(parts) => write!(out, "tuple<{}>", join(parts.iter().map(text))),
            Type::Option(some) => write!(out, "option<{}>", text(some)),
            Type::Result { ok, err } => write!(out, "result<{}, {}>", side(ok), side(err)),
            Type::Named(id) => {
                let def = self.type_def(*id);
                self.write_named(out, &def.name, &def.kind)
            }
        };
    }

    fn write_named(&self, out: &mut String, name: &str, kind: &TypeKind) -> std::fmt::Result {
        match kind {
            TypeKind::Alias(ty) => {
                self.write(out, ty);
                Ok(())
            }
            TypeKind::Record(fields) => {
                let fields = fields
                    .iter()
                    .map(|field| format!("{}: {}", field.name, self.type_text(&field.ty)));
                write!(out, "record {{ {} }}", join(fields))
            }
            TypeKind::Variant(cases) => {
                let cases = cases.iter().map(|case| match &case.payload {
                    Some(payload) => format!("{}({})", case.name, self.type_text(payload)),
                    None => case.name.clone(),
                });
                write!(out, "variant {{ {} }}", join(cases))
            }
            TypeKind::Enum { open: true, .. } => write!(out, "open enum {name}"),
            TypeKind::Enum { cases, .. } => {
                write!(
                    out,
                    "enum {{ {} }}",
                    join(cases.iter().map(|case| case.name.clone()))
                )
            }
            TypeKind::Flags(flags) => {
                write!(
                    out,
                    "flags {{ {} }}",
                    join(flags.iter().map(|flag| flag.name.clone()))
                )
            }
        }
    }
}

fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(", ")
}

fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}
