use std::fmt::Write;

use corelet_host::abi::{Function, NameKey, Shape, ShapeEntry};

/// Bytes of a [`Plugin`]'s memory, in pages of one byte.
pub const MEMORY: u32 = 2048;
/// What [`Plugin::export`] may answer with: a `result<_, error>` that is well.
pub const OK: &str = "(i64.const 1)";

/// At 0: the byte that [`OK`] points at.
const IMPORT_RESULT: u32 = 12;
const IMPORT_RESPONSE: u32 = 16;
const EXCHANGE: u32 = 0x300;
const EXCHANGE_SIZE: u32 = 256;
const ANSWER: u32 = 0x600;

/// The interface of what a [`Plugin`] exports for tests only.
const TESTS: &str = "corelet:tests/plugin@1.0.0";

/// The key of test export `name`.
pub fn export_key(name: &str) -> NameKey {
    NameKey::of(TESTS, name)
}

/// A plugin in WebAssembly text, with everything that the ABI asks for unless it is made otherwise: `init` answers well, and so does
/// the test export `alive`.
///
/// Its last two bytes of memory are no beginning of any request.
pub struct Plugin {
    imports: String,
    items: String,
    shapes: Vec<ShapeEntry>,
    count: usize,
    memory: String,
    exchange: u32,
}

impl Plugin {
    /// A plugin that does nothing.
    pub fn new() -> Self {
        Self::with_init(OK)
    }

    /// A plugin whose `init` is `body`.
    pub fn with_init(body: &str) -> Self {
        let plugin = Self {
            imports: String::new(),
            items: String::new(),
            shapes: Vec::new(),
            count: 0,
            memory: format!("{MEMORY} (pagesize 1)"),
            exchange: EXCHANGE,
        };
        plugin.export_as("init", Shape(0), body).export("alive", OK)
    }

    /// Has other memory: its limits and page size in WebAssembly text.
    #[must_use]
    pub fn memory(mut self, memory: &str) -> Self {
        self.memory = memory.into();
        self
    }

    /// Says that its exchange buffer is elsewhere.
    #[must_use]
    pub fn exchange_at(mut self, address: u32) -> Self {
        self.exchange = address;
        self
    }

    /// Adds items in WebAssembly text, for instance functions that exports call.
    #[must_use]
    pub fn items(mut self, text: &str) -> Self {
        self.items.push_str(text);
        self
    }

    /// Imports a function, as `$import` and the number of imports before it.
    #[must_use]
    pub fn import(mut self, interface: &str, function: &str, shape: Shape) -> Self {
        let number = self.imports.lines().count();
        writeln!(
            self.imports,
            r#"(import "{interface}" "{function}" (func $import{number} (param i32 i32 i32 i32) (result i32)))"#
        )
        .expect("a string takes every text");
        let key = NameKey::of(interface, function);
        self.shapes.push(ShapeEntry { key, shape });
        self
    }

    /// Test export `name`. The body has the parameters `$request` and `$length`, and gives an `i64`.
    #[must_use]
    pub fn export(self, name: &str, body: &str) -> Self {
        self.export_as(&format!("{TESTS}#{name}"), Shape(0), body)
    }

    /// Exports `F`.
    #[must_use]
    pub fn export_function<F: Function>(self, body: &str) -> Self {
        self.export_as(&format!("{}#{}", F::INTERFACE, F::NAME), F::SHAPE, body)
    }

    /// Exports a function under its whole name.
    #[must_use]
    pub fn export_as(mut self, name: &str, shape: Shape, body: &str) -> Self {
        let number = self.count;
        self.count += 1;
        writeln!(
            self.items,
            r#"(func $export{number} (export "{name}") (param $request i32) (param $length i32) (result i64)
                 (local $result i32)
                 {body})"#
        )
        .expect("a string takes every text");
        let key = NameKey::of_export(name);
        self.shapes.push(ShapeEntry { key, shape });
        self
    }

    /// Exports `F`, which answers with these bytes whatever it is asked.
    #[must_use]
    pub fn answer<F: Function>(self, bytes: &[u8]) -> Self {
        let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let result = u64::from(ANSWER) << 32 | bytes.len() as u64;
        self.items(&format!(r#"(data (i32.const {ANSWER}) "{text}")"#))
            .export_function::<F>(&format!("(i64.const {result})"))
    }

    /// Imports `F`, and has a test export of its name that hands its request on and answers with the result, four bytes, and the
    /// response.
    #[must_use]
    pub fn relay<F: Function>(self) -> Self {
        let import = self.imports.lines().count();
        let capacity = F::RESPONSE_MAX;
        self.import(F::INTERFACE, F::NAME, F::SHAPE).export(
            F::NAME,
            &format!(
                "(local.set $result (call $import{import}
                   (local.get $request) (local.get $length) (i32.const {IMPORT_RESPONSE}) (i32.const {capacity})))
                 (i32.store (i32.const {IMPORT_RESULT}) (local.get $result))
                 (i64.add (i64.const {}) (i64.extend_i32_u
                   (select (local.get $result) (i32.const 0) (i32.gt_s (local.get $result) (i32.const 0)))))",
                u64::from(IMPORT_RESULT) << 32 | 4
            ),
        )
    }

    /// Imports `F`, and has a test export of its name that calls it with the four words of its request for parameters, and answers with
    /// the result, four bytes.
    #[must_use]
    pub fn probe<F: Function>(self) -> Self {
        let import = self.imports.lines().count();
        let words: String = (0..4)
            .map(|word| format!("(i32.load offset={} (local.get $request))", word * 4))
            .collect();
        self.import(F::INTERFACE, F::NAME, F::SHAPE).export(
            F::NAME,
            &format!(
                "(i32.store (i32.const {IMPORT_RESULT}) (call $import{import} {words}))
                 (i64.const {})",
                u64::from(IMPORT_RESULT) << 32 | 4
            ),
        )
    }

    /// The module.
    ///
    /// # Panics
    /// If a part of it is no WebAssembly text.
    pub fn build(&self) -> Vec<u8> {
        let shapes: String = self
            .shapes
            .iter()
            .flat_map(|entry| entry.to_bytes())
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        let size: String = EXCHANGE_SIZE
            .to_le_bytes()
            .map(|byte| format!("\\{byte:02x}"))
            .concat();
        let text = format!(
            r#"(module
                {imports}
                (memory (export "memory") {memory})
                (global (export "corelet:abi/exchange@1") i32 (i32.const {exchange}))
                (data (i32.const {EXCHANGE}) "{size}")
                (data (i32.const {end}) "\ff\ff")
                {items}
                (@custom "corelet:shapes" (before first) "{shapes}"))"#,
            imports = self.imports,
            memory = self.memory,
            exchange = self.exchange,
            end = MEMORY - 2,
            items = self.items,
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Default for Plugin {
    fn default() -> Self {
        Self::new()
    }
}
