//! Where the translator has the operands of a function, and what that makes of code.

/// Where an operand is; the values below [`CONSTANT_WIDE`] are locals.
pub(super) type Place = u16;
/// In a slot of its own.
pub(super) const SLOT: Place = 0xffff;
/// In a register, of which there is one for integers and one for each type of floats.
pub(super) const REGISTER: Place = 0xfffe;
/// A constant of four bytes.
pub(super) const CONSTANT: Place = 0xfffd;
/// A constant of eight bytes.
pub(super) const CONSTANT_WIDE: Place = 0xfffc;

/// The code of an instruction without its operands: the address of its handler. Instructions begin at multiples of four.
pub(super) const OP: u32 = 4;
/// A slot within an instruction.
pub(super) const IN_SLOT: u32 = 4;
/// A copy to a slot, of something that is counted already.
pub(super) const COPY: u32 = OP + IN_SLOT;

/// As many operands, counted from below, have a known place.
const KNOWN: usize = 64;

/// The operands of a function, and the bytes of its code, which the operands make part of.
#[derive(Clone, Debug)]
pub(super) struct Operands {
    places: [Place; KNOWN],
    height: u32,
    /// The most operands at a time.
    pub(super) most: u32,
    /// Bytes of code.
    pub(super) code: u32,
}

impl Operands {
    pub(super) const fn new() -> Self {
        Self {
            places: [SLOT; KNOWN],
            height: 0,
            most: 0,
            code: 0,
        }
    }

    pub(super) const fn height(&self) -> u32 {
        self.height
    }

    // An addition takes hardly more flash than a call.
    #[inline(always)]
    pub(super) fn emit(&mut self, bytes: u32) {
        self.code = self.code.saturating_add(bytes);
    }

    // This and the next are called from dozens of places, where they would take more flash than a call.
    #[inline(never)]
    pub(super) fn push(&mut self, place: Place) {
        let height = self.height.saturating_add(1);
        let mut bytes = within(place);
        match self.places.get_mut(self.height as usize) {
            Some(entry) => *entry = place,
            // Nothing is known of it from now on: it is counted as copied.
            None => bytes = bytes.saturating_add(copy(place)).saturating_add(IN_SLOT),
        }
        self.emit(bytes);
        self.height = height;
        self.most = self.most.max(height);
    }

    #[inline(never)]
    pub(super) fn pop(&mut self) -> Place {
        let Some(height) = self.height.checked_sub(1) else {
            return SLOT;
        };
        self.height = height;
        self.places.get(height as usize).copied().unwrap_or(SLOT)
    }

    /// The topmost operand.
    pub(super) fn peek(&self) -> Place {
        let place = self.places.get(self.height.saturating_sub(1) as usize);
        place.copied().unwrap_or(SLOT)
    }

    /// Drops all operands above `height`.
    pub(super) fn cut(&mut self, height: u32) {
        self.height = height;
    }

    /// Takes the topmost `count` operands, each copied to a slot of its own.
    pub(super) fn pop_copied(&mut self, count: u32) {
        for _ in 0..count {
            let place = self.pop();
            self.emit(copy(place));
        }
    }

    /// Takes an operand that must be in a slot. A local may be in a register, too, and is copied from there.
    pub(super) fn pop_in_slot(&mut self) {
        let place = self.pop();
        let slot = match place {
            CONSTANT | CONSTANT_WIDE | REGISTER => IN_SLOT,
            _ => 0,
        };
        self.emit(copy(place).saturating_add(slot));
    }

    /// Copies the operands below the topmost `skip` for which `which` holds to slots of their own.
    pub(super) fn keep(&mut self, skip: u32, locals: u32, which: impl Fn(Place) -> bool) {
        let end = self.height.saturating_sub(skip) as usize;
        let mut bytes = 0_u32;
        for (index, place) in (0..).zip(self.places.iter_mut().take(end)) {
            if which(*place) {
                let copy = match *place {
                    REGISTER => from_register(locals.saturating_add(index)),
                    other => copy(other),
                };
                bytes = bytes.saturating_add(copy).saturating_add(IN_SLOT);
                *place = SLOT;
            }
        }
        self.emit(bytes);
    }
}

/// What an operand adds to the instruction that uses it, in bytes.
pub(super) const fn within(place: Place) -> u32 {
    match place {
        REGISTER => 0,
        CONSTANT_WIDE => 8,
        _ => IN_SLOT,
    }
}

/// The copy of an operand to a slot of its own, in bytes, beside what it adds anyway.
const fn copy(place: Place) -> u32 {
    match place {
        SLOT => 0,
        _ => COPY,
    }
}

/// The copy of a register to a slot, in bytes: the first slots have instructions of their own.
pub(super) const fn from_register(slot: u32) -> u32 {
    if slot < 10 { OP } else { OP + IN_SLOT }
}

/// The place of an operand that is a local.
pub(super) const fn local(index: u32) -> Place {
    if index < CONSTANT_WIDE as u32 {
        index as Place
    } else {
        // More than a translator takes.
        CONSTANT_WIDE - 1
    }
}
