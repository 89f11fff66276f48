//! Modules that are almost the one they were made of.

use crate::code::{boundaries, instruction, neutral};
use crate::parts::{CODE, Parts, Section};
use crate::random::Random;

impl Parts {
    /// Changes something; parts of `other` may come in.
    pub fn change(&mut self, other: &Self, random: &mut Random) {
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
