//! A module taken apart into sections and functions, and put together again.

/// The number of the code section.
pub const CODE: u8 = 10;

/// A module taken apart: lengths are made anew when it is put together, so that a change inside is found there.
#[derive(Clone, Debug)]
pub struct Parts {
    header: Vec<u8>,
    /// The sections, in their order.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its number.
    pub id: u8,
    /// What it holds; for the code, what stands behind the bodies.
    pub bytes: Vec<u8>,
    /// The functions, if it is the code.
    pub bodies: Vec<Vec<u8>>,
}

fn take_u32(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first < 0x80 {
            return Some(value as usize);
        }
    }
    None
}

fn put_u32(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(0x80 | value as u8);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_u32(bytes)?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

impl Section {
    fn of(id: u8, bytes: &[u8]) -> Self {
        let mut rest = bytes;
        let mut bodies = Vec::new();
        if id == CODE {
            let count = take_u32(&mut rest).unwrap_or(0).min(bytes.len());
            bodies = (0..count)
                .map_while(|_| take(&mut rest))
                .map(<[u8]>::to_vec)
                .collect();
        }
        Self {
            id,
            bytes: rest.to_vec(),
            bodies,
        }
    }

    /// Puts the section at the end of a module.
    pub fn put(&self, module: &mut Vec<u8>) {
        let mut contents = Vec::new();
        if self.id == CODE {
            put_u32(&mut contents, self.bodies.len());
            for body in &self.bodies {
                put_u32(&mut contents, body.len());
                contents.extend(body);
            }
        }
        contents.extend(&self.bytes);
        module.push(self.id);
        put_u32(module, contents.len());
        module.extend(contents);
    }
}

impl Parts {
    /// Takes a module apart, as far as its sections are whole.
    pub fn of(module: &[u8]) -> Self {
        let (header, mut rest) = module.split_at(module.len().min(8));
        let mut sections = Vec::new();
        while let Some((&id, after)) = rest.split_first() {
            rest = after;
            match take(&mut rest) {
                Some(bytes) => sections.push(Section::of(id, bytes)),
                None => break,
            }
        }
        Self {
            header: header.to_vec(),
            sections,
        }
    }

    /// The module of these parts.
    pub fn module(&self) -> Vec<u8> {
        let mut module = self.header.clone();
        for section in &self.sections {
            section.put(&mut module);
        }
        module
    }

    /// Every piece, to be made smaller or changed.
    pub(crate) fn pieces(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        self.sections
            .iter_mut()
            .flat_map(|section| section.bodies.iter_mut().chain([&mut section.bytes]))
    }

    pub(crate) fn sections(&self) -> usize {
        self.sections.len()
    }

    pub(crate) fn without_section(&self, index: usize) -> Self {
        let mut parts = self.clone();
        parts.sections.remove(index);
        parts
    }

    /// The functions.
    pub(crate) fn bodies(&self) -> &[Vec<u8>] {
        let code = self.sections.iter().find(|section| section.id == CODE);
        code.map_or(&[], |section| &section.bodies)
    }

    /// How long all functions are.
    pub(crate) fn code_bytes(&self) -> usize {
        self.bodies().iter().map(Vec::len).sum()
    }
}
