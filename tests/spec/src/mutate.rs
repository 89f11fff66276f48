//! Modules that are almost the one they were made of.

use crate::code::{boundaries, instruction, neutral};
use crate::random::Random;

const CODE: u8 = 10;

/// A module taken apart: lengths are made anew when it is put together, so that a change inside is found there.
#[derive(Clone)]
pub(crate) struct Parts {
    header: Vec<u8>,
    sections: Vec<Section>,
}

#[derive(Clone)]
struct Section {
    id: u8,
    /// For the code, what stands behind the bodies.
    bytes: Vec<u8>,
    bodies: Vec<Vec<u8>>,
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

    fn put(&self, module: &mut Vec<u8>) {
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
    pub(crate) fn of(module: &[u8]) -> Self {
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

    pub(crate) fn module(&self) -> Vec<u8> {
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

    /// Changes something; parts of `other` may come in.
    pub(crate) fn change(&mut self, other: &Self, random: &mut Random) {
        match random.below(16) {
            0 => self.change_sections(other, random),
            1..=3 => self.change_contents(random),
            _ => self.change_code(other, random),
        }
    }

    fn change_contents(&mut self, random: &mut Random) {
        let index = random.below(self.sections.len());
        if let Some(section) = self.sections.get_mut(index) {
            change_bytes(&mut section.bytes, random);
        }
    }

    fn change_sections(&mut self, other: &Self, random: &mut Random) {
        let count = self.sections.len();
        let (one, two) = (random.below(count), random.below(count));
        match random.below(4) {
            0 if count > 0 => drop(self.sections.remove(one)),
            1 if count > 0 => self.sections.swap(one, two),
            2 if count > 0 => self.sections.insert(two, self.sections[one].clone()),
            _ if !other.sections.is_empty() => {
                let section = &other.sections[random.below(other.sections.len())];
                match self.sections.iter_mut().find(|own| own.id == section.id) {
                    Some(own) => own.clone_from(section),
                    None => self.sections.push(section.clone()),
                }
            }
            _ => {}
        }
    }

    fn bodies(&self) -> &[Vec<u8>] {
        let code = self.sections.iter().find(|section| section.id == CODE);
        code.map_or(&[], |section| &section.bodies)
    }

    /// How long all functions are.
    pub(crate) fn code_bytes(&self) -> usize {
        self.bodies().iter().map(Vec::len).sum()
    }

    fn change_code(&mut self, other: &Self, random: &mut Random) {
        let Some(code) = self.sections.iter_mut().find(|section| section.id == CODE) else {
            return self.change_contents(random);
        };
        let index = random.below(code.bodies.len());
        let Some(body) = code.bodies.get_mut(index) else {
            return;
        };
        match random.below(16) {
            0 => change_bytes(body, random),
            1 => {
                let foreign = other.bodies();
                if let Some(foreign) = foreign.get(random.below(foreign.len())) {
                    body.clone_from(foreign);
                }
            }
            _ => change_instruction(body, random),
        }
    }
}

/// Changes an instruction, or puts one in, or leaves one out.
fn change_instruction(body: &mut Vec<u8>, random: &mut Random) {
    let places = boundaries(body);
    let Some(instructions) = places.len().checked_sub(1).filter(|count| *count > 0) else {
        return change_bytes(body, random);
    };
    let pick = |random: &mut Random| {
        let index = random.below(instructions);
        places[index]..places[index + 1]
    };
    let one = pick(random);
    let mut new = Vec::new();
    match random.below(10) {
        0 => drop(body.drain(one)),
        1 => {
            new.extend(&body[pick(random)]);
            body.splice(one.start..one.start, new);
        }
        2 => {
            new.extend(&body[pick(random)]);
            body.splice(one, new);
        }
        3 => {
            instruction(random, &mut new);
            body.splice(one, new);
        }
        // Another instruction of the same form, or a neighbour of another form.
        4 => body[one.start] = body[one.start].wrapping_add(random.pick(&[1, 2, 0xff, 0xfe])),
        5 if one.len() > 1 => {
            let place = one.start + 1 + random.below(one.len() - 1);
            body[place] = random.byte_of(&[0, 1, 2, 3, 0x40, 0x7f, 0x80]);
        }
        6 => {
            for _ in 0..=random.below(3) {
                instruction(random, &mut new);
            }
            body.splice(one.start..one.start, new);
        }
        _ => {
            neutral(random, &mut new);
            body.splice(one.start..one.start, new);
        }
    }
}

/// Changes some bytes, whatever they mean.
pub(crate) fn change_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(bytes.len());
    let byte = random.byte_of(&[0, 1, 2, 0x60, 0x70, 0x7f, 0x80, 0xff]);
    match random.below(8) {
        0 => bytes.insert(place, byte),
        1 if !bytes.is_empty() => drop(bytes.remove(place)),
        2 if !bytes.is_empty() => {
            let other = random.below(bytes.len());
            bytes.swap(place, other);
        }
        3 if random.once_in(4) => bytes.truncate(place),
        4 => bytes.extend(random.bytes(1)),
        5 if !bytes.is_empty() => bytes[place] ^= 1 << random.below(8),
        6 if !bytes.is_empty() => bytes[place] = bytes[place].wrapping_add(1),
        _ if !bytes.is_empty() => bytes[place] = byte,
        _ => bytes.push(byte),
    }
}

/// A module whose sections are there and mean nothing.
pub(crate) fn arbitrary(random: &mut Random) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    if random.once_in(4) {
        let length = random.below(64);
        module.extend(random.bytes(length));
        return module;
    }
    for id in [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11, 0] {
        if random.once_in(3) {
            let length = random.below(24);
            let mut bytes: Vec<u8> = (0..length)
                .map(|_| random.byte_of(&[0, 1, 2, 0x0b, 0x60, 0x70, 0x7f, 0x7e]))
                .collect();
            bytes.insert(0, random.below(3) as u8);
            Section {
                id,
                bytes,
                bodies: Vec::new(),
            }
            .put(&mut module);
        }
    }
    module
}
