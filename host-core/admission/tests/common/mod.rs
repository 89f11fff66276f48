//! Modules by hand, section by section, and an offer to hold them against.
#![allow(dead_code, unreachable_pub)]

use corelet_abi::{EXCHANGE_EXPORT, NameKey, Shape, ShapeEntry};
use corelet_admission::{Admitted, ImportRefusal, Limits, Offer, Reason, Refusal, admit};

pub const TYPE: u8 = 1;
pub const IMPORT: u8 = 2;
pub const FUNCTION: u8 = 3;
pub const TABLE: u8 = 4;
pub const MEMORY: u8 = 5;
pub const GLOBAL: u8 = 6;
pub const EXPORT: u8 = 7;
pub const START: u8 = 8;
pub const ELEMENT: u8 = 9;
pub const CODE: u8 = 10;
pub const DATA: u8 = 11;
pub const DATA_COUNT: u8 = 12;

/// Serves `t:t/h` `f` of shape 2 as entry 5.
pub struct OneImport;

impl Offer for OneImport {
    fn import(
        &self,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal> {
        match (interface, function, shape) {
            ("t:t/h", "f", None | Some(Shape(2))) => Ok(5),
            ("t:t/h", "f", _) => Err(ImportRefusal::WrongShape { offered: Shape(2) }),
            ("t:t/h", "denied", _) => Err(ImportRefusal::NotGranted),
            _ => Err(ImportRefusal::Unknown),
        }
    }
}

/// A module as a list of sections.
#[derive(Clone)]
pub struct Module {
    pub sections: Vec<(u8, Vec<u8>)>,
}

impl Module {
    /// Imports `t:t/h` `f`, has 64 bytes of memory in pages of one byte, an exchange buffer of no bytes at 8, and `init`.
    pub fn good() -> Self {
        Self {
            sections: vec![
                (
                    TYPE,
                    vec![
                        2, 0x60, 4, I32, I32, I32, I32, 1, I32, 0x60, 2, I32, I32, 1, I64,
                    ],
                ),
                (IMPORT, import("t:t/h", "f", &[0, 0])),
                (FUNCTION, vec![1, 1]),
                (MEMORY, vec![1, 8, 64, 0]),
                (GLOBAL, vec![1, I32, 0, 0x41, 8, END]),
                (
                    EXPORT,
                    exports(&[("memory", 2, 0), (EXCHANGE_EXPORT, 3, 0), ("init", 0, 1)]),
                ),
                (CODE, vec![1, 4, 0, 0x42, 0, END]),
                (0, shapes(&[("t:t/h#f", 2), ("init", 3)])),
            ],
        }
    }

    /// The same with another section of this kind, put in its place if there was none.
    pub fn with(mut self, id: u8, contents: Vec<u8>) -> Self {
        match self.sections.iter_mut().find(|(other, _)| *other == id) {
            Some((_, place)) => *place = contents,
            None => {
                let rank = |id: u8| match id {
                    DATA_COUNT => 19,
                    0 => 99,
                    id => id * 2,
                };
                let later = |(other, _): &(u8, _)| rank(*other) > rank(id);
                let at = self
                    .sections
                    .iter()
                    .position(later)
                    .unwrap_or(self.sections.len());
                self.sections.insert(at, (id, contents));
            }
        }
        self
    }

    /// The same without this section.
    pub fn without(mut self, id: u8) -> Self {
        self.sections.retain(|(other, _)| *other != id);
        self
    }

    /// The same with one more section at the end.
    pub fn and(mut self, id: u8, contents: Vec<u8>) -> Self {
        self.sections.push((id, contents));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        for (id, contents) in &self.sections {
            bytes.push(*id);
            bytes.extend(leb(contents.len() as u32));
            bytes.extend(contents);
        }
        bytes
    }

    /// Why it is refused.
    pub fn reason(&self) -> Reason {
        refusal(&self.bytes()).reason
    }

    pub fn is_admitted(&self) -> bool {
        check(&self.bytes()).is_ok()
    }
}

pub const I32: u8 = 0x7f;
pub const I64: u8 = 0x7e;
pub const END: u8 = 0x0b;

pub fn check(module: &[u8]) -> Result<Admitted<'_>, Refusal> {
    admit(module, &Limits::DEVICE, &OneImport)
}

pub fn refusal(module: &[u8]) -> Refusal {
    check(module).expect_err("the module of this test is refused")
}

pub fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

pub fn name(text: &str) -> Vec<u8> {
    let mut bytes = leb(text.len() as u32);
    bytes.extend(text.as_bytes());
    bytes
}

/// An import section of one import.
pub fn import(interface: &str, function: &str, kind: &[u8]) -> Vec<u8> {
    [vec![1], name(interface), name(function), kind.to_vec()].concat()
}

/// An export section of name, kind and index.
pub fn exports(list: &[(&str, u8, u32)]) -> Vec<u8> {
    let mut bytes = leb(list.len() as u32);
    for (text, kind, index) in list {
        bytes.extend(name(text));
        bytes.push(*kind);
        bytes.extend(leb(*index));
    }
    bytes
}

/// The three exports that must be there, and these.
pub fn more_exports(list: &[(&str, u8, u32)]) -> Vec<u8> {
    let must = [("memory", 2, 0), (EXCHANGE_EXPORT, 3, 0), ("init", 0, 1)];
    exports(&[&must, list].concat())
}

/// A section `corelet:shapes`.
pub fn shapes(list: &[(&str, u64)]) -> Vec<u8> {
    let mut bytes = name("corelet:shapes");
    for (text, shape) in list {
        let entry = ShapeEntry {
            key: NameKey::of_export(text),
            shape: Shape(*shape),
        };
        bytes.extend(entry.to_bytes());
    }
    bytes
}
