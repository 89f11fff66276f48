//! Modules from text, with the section `corelet:shapes` that a build would have given them.
#![allow(dead_code, unreachable_pub)]

use corelet_abi::{INIT_EXPORT, NameKey, SHAPES_SECTION, Shape, ShapeEntry, Status};
use corelet_admission::{ImportRefusal, Limits, Offer, admit};
use corelet_load::{Budget, Imports, Machine, MachineError};

/// The module of `text`, with a shape for each of its imports and ABI exports.
pub fn module(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).expect("the text of a test is a module");
    let mut section = vec![SHAPES_SECTION.len() as u8];
    section.extend_from_slice(SHAPES_SECTION.as_bytes());
    for key in keys(text) {
        let shape = Shape(1);
        section.extend_from_slice(&ShapeEntry { key, shape }.to_bytes());
    }
    module.push(0);
    module.extend(padded(section.len()));
    module.extend(section);
    module
}

/// A length in five bytes, as linkers write it.
pub fn padded(length: usize) -> [u8; 5] {
    let byte = |shift: u32| (length >> shift) as u8 & 0x7f | if shift < 28 { 0x80 } else { 0 };
    [byte(0), byte(7), byte(14), byte(21), byte(28)]
}

fn keys(text: &str) -> Vec<NameKey> {
    let mut keys = Vec::new();
    for declaration in text.split('(').filter(|part| part.contains('"')) {
        let names: Vec<&str> = declaration.split('"').skip(1).step_by(2).collect();
        match (declaration.split_whitespace().next(), &names[..]) {
            (Some("import"), [interface, function, ..]) => {
                keys.push(NameKey::of(interface, function));
            }
            (Some("export"), [name, ..]) if name.contains('#') || *name == INIT_EXPORT => {
                keys.push(NameKey::of_export(name));
            }
            _ => {}
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

/// A plugin of one page with an exchange buffer of 256 bytes at 68, `init`, and what `body` adds.
pub fn plugin(imports: &str, body: &str) -> Vec<u8> {
    module(&format!(
        r#"(module
            {imports}
            (memory (export "memory") 1)
            (data (i32.const 64) "\00\01\00\00")
            (global (export "corelet:abi/exchange@1") i32 (i32.const 64))
            (func (export "init") (param i32 i32) (result i64) (i64.const 0))
            {body})"#
    ))
}

/// One export `t:t/t#f` with this code, of parameters `$pointer` and `$length`.
pub fn function(code: &str) -> Vec<u8> {
    plugin("", &export(code))
}

pub fn export(code: &str) -> String {
    format!(
        r#"(func $f (export "t:t/t#f") (param $pointer i32) (param $length i32) (result i64) {code})"#
    )
}

pub const F: NameKey = NameKey::of("t:t/t", "f");

/// The import that [`Host`] serves, as text.
pub const IMPORT: &str =
    r#"(import "t:t/host" "serve" (func $serve (param i32 i32 i32 i32) (result i32)))"#;

/// The entry that [`ServeAll`] gives.
pub const ENTRY: u16 = 7;

/// An offer of every import.
pub struct ServeAll;

impl Offer for ServeAll {
    fn import(&self, _: &str, _: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        Ok(ENTRY)
    }
}

/// Host functions that answer with the request backwards, and keep count.
#[derive(Debug, Default)]
pub struct Host {
    pub calls: u32,
    pub request: Vec<u8>,
    pub response_max: usize,
    pub debt: u64,
    /// What every call costs.
    pub price: u64,
    /// What to answer instead.
    pub answer: Option<Result<usize, Status>>,
}

impl Imports for Host {
    fn import(&mut self, entry: u16, request: &[u8], response: &mut [u8]) -> Result<usize, Status> {
        assert_eq!(entry, ENTRY);
        assert!(response.len() >= self.response_max);
        self.calls += 1;
        self.request = request.to_vec();
        if let Some(answer) = self.answer {
            return answer;
        }
        for (to, from) in response.iter_mut().zip(request.iter().rev()) {
            *to = *from;
        }
        Ok(request.len().min(response.len()))
    }

    fn response_max(&self, _: u16) -> usize {
        self.response_max
    }

    fn take_debt(&mut self) -> u64 {
        std::mem::take(&mut self.debt) + self.price
    }
}

pub fn load(module: &[u8]) -> Machine<Host> {
    load_with(module, &Budget::DEVICE).expect("the module of a test loads")
}

pub fn load_with(module: &[u8], budget: &Budget) -> Result<Machine<Host>, MachineError> {
    match admit(module, &Limits::DEVICE, &ServeAll) {
        Ok(admitted) => Machine::load(&admitted, budget, Host::default(), &ServeAll),
        Err(refusal) => panic!("not admitted: {}", refusal.describe(module)),
    }
}
