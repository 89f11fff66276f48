//! Plugins in WebAssembly text.

use std::fmt::Write;

use corelet_host::abi::{Call, CodecError, Function, NameKey, Shape, ShapeEntry, Text, Writer};

/// The result of an export whose response is `result<_, error>`: ok.
pub(crate) const OK: &str = "(i64.const 0x020000000001)";
/// The same: the plugin's own error 7, "sad".
pub(crate) const SAD: &str = "(i64.const 0x020800000007)";
/// The request as it came.
pub(crate) const ECHO: &str = "(i64.or
    (i64.shl (i64.extend_i32_u (local.get $request)) (i64.const 32))
    (i64.extend_i32_u (local.get $length)))";

/// A plugin with 64 KiB of memory: responses of imports at 0, [`OK`] at 0x200, [`SAD`] at 0x208, and an exchange
/// buffer of 512 bytes at 0x400. Fresh instances have 0 in the mutable global `$count`.
pub(crate) struct Module {
    imports: String,
    functions: String,
    shapes: Vec<ShapeEntry>,
    shapes_at: &'static str,
    count: usize,
}

impl Module {
    /// A plugin that initialises well and does nothing.
    pub(crate) fn new() -> Self {
        Self::with_init(OK)
    }

    pub(crate) fn with_init(body: &str) -> Self {
        let module = Self {
            imports: String::new(),
            functions: String::new(),
            shapes: Vec::new(),
            shapes_at: "(before first)",
            count: 0,
        };
        module.export_named("init", Shape(0), body)
    }

    /// Has its shapes behind all else, as a linker leaves them.
    pub(crate) fn with_shapes_last(mut self) -> Self {
        self.shapes_at = "(after last)";
        self
    }

    /// Imports `F` as `$` and its function's name.
    pub(crate) fn import<F: Function>(self) -> Self {
        self.import_named(F::INTERFACE, F::NAME, F::SHAPE)
    }

    pub(crate) fn import_named(mut self, interface: &str, function: &str, shape: Shape) -> Self {
        let parameters = "(param i32 i32 i32 i32) (result i32)";
        writeln!(
            self.imports,
            r#"(import "{interface}" "{function}" (func ${function} {parameters}))"#
        )
        .unwrap();
        let key = NameKey::of(interface, function);
        self.shapes.push(ShapeEntry { key, shape });
        self
    }

    /// Exports `F`. The body has the parameters `$request` and `$length`, and gives an `i64`.
    pub(crate) fn export<F: Function>(self, body: &str) -> Self {
        self.export_named(&format!("{}#{}", F::INTERFACE, F::NAME), F::SHAPE, body)
    }

    pub(crate) fn export_named(mut self, name: &str, shape: Shape, body: &str) -> Self {
        self.count += 1;
        let number = self.count;
        writeln!(
            self.functions,
            r#"(func $export{number} (export "{name}") (param $request i32) (param $length i32) (result i64) {body})"#
        )
        .unwrap();
        let key = NameKey::of_export(name);
        self.shapes.push(ShapeEntry { key, shape });
        self
    }

    /// Imports `F`, and exports a function that hands its request on to it and answers with what comes back.
    pub(crate) fn relay<F: Function>(self) -> Self {
        let body = format!(
            "(i64.extend_i32_s (call ${}
                (local.get $request) (local.get $length) (i32.const 0) (i32.const 0x200)))",
            F::NAME
        );
        self.import::<F>()
            .export_named(&relay_name::<F>(), F::SHAPE, &body)
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut shapes = String::new();
        for byte in self.shapes.iter().flat_map(|entry| entry.to_bytes()) {
            write!(shapes, "\\{byte:02x}").unwrap();
        }
        let text = format!(
            r#"(module
                {imports}
                (memory (export "memory") 1)
                (global (export "corelet:abi/exchange@1") i32 (i32.const 0x400))
                (global $count (mut i32) (i32.const 0))
                (data (i32.const 0x208) "\01\00\0e\03sad")
                (data (i32.const 0x400) "\00\02\00\00")
                {functions}
                (@custom "corelet:shapes" {shapes_at} "{shapes}"))"#,
            imports = self.imports,
            shapes_at = self.shapes_at,
            functions = self.functions,
        );
        wat::parse_str(text).unwrap()
    }
}

fn relay_name<F: Function>() -> String {
    format!("test:relay/{0}@1.0.0#{0}", F::NAME)
}

pub(crate) fn relay_key<F: Function>() -> NameKey {
    NameKey::of_export(&relay_name::<F>())
}

/// A function of a plugin: text in, the same text out.
pub(crate) struct Echo;

impl Function for Echo {
    const INTERFACE: &'static str = "test:echo/echo@1.2.0";
    const NAME: &'static str = "echo";
    const SHAPE: Shape = Shape(1);
    type Request = (Text<16>,);
    type Response = Text<16>;
}

/// A call of [`Echo`].
pub(crate) struct CallEcho<'a>(pub(crate) &'a str);

impl Call for CallEcho<'_> {
    type Function = Echo;

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        <Text<16> as corelet_host::abi::Codec>::encode(&self.0, writer)
    }
}

/// A plugin that echoes.
pub(crate) fn echo() -> Module {
    Module::new().export::<Echo>(ECHO)
}
