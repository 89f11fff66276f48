//! Messages made from the contract alone: a third implementation of the wire format, to hold the other two to.

use corelet_wit::{Contract, Type, TypeKind};

/// SplitMix64: the same numbers in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end` − 1, or 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    /// 0 to `max`; small numbers, and those about a power of two, more often than others.
    fn number(&mut self, max: u64) -> u64 {
        let power = 1_u64 << self.below(64);
        let number = match self.below(4) {
            0 => self.below(4),
            1 => power,
            2 => power - 1,
            _ => self.next(),
        };
        if number <= max { number } else { number & max }
    }

    /// Changes, adds, or removes some bytes.
    pub(crate) fn mutate(&mut self, message: &mut Vec<u8>) {
        for _ in 0..=self.below(2) {
            let at = self.below(message.len() as u64) as usize;
            match self.below(5) {
                0 => message.truncate(at),
                1 => message.insert(at, self.byte()),
                2 => message.push(self.byte()),
                _ if message.is_empty() => {}
                3 => message[at] ^= 1 << self.below(8),
                _ => {
                    message.remove(at);
                }
            }
        }
    }
}

/// A message of some value of `ty`.
pub(crate) fn random(contract: &Contract, ty: &Type, random: &mut Random) -> Vec<u8> {
    let mut message = Vec::new();
    let mut values = Values {
        contract,
        choose: &mut |choice| match choice {
            Choice::Number { max } => random.number(max),
            Choice::Length { max } => random.below(u64::from(max.min(40)) + 1),
            Choice::Case { count } => random.below(count as u64),
            Choice::Byte => random.next(),
            Choice::Char => {
                u64::from(b"aZ\xdf"[random.below(3) as usize])
                    * [1, 1, 300][random.below(3) as usize]
            }
        },
        message: &mut message,
    };
    values.append(ty);
    message
}

/// The longest message of `ty`.
pub(crate) fn longest(contract: &Contract, ty: &Type) -> Vec<u8> {
    // Of two parts, the longer counts, so each choice of a case is tried.
    let part = |ty: &Option<Box<Type>>| {
        ty.as_ref()
            .map_or_else(Vec::new, |ty| longest(contract, ty))
    };
    let tagged = |number: u64, payload: Vec<u8>| {
        let mut message = varint(number);
        message.extend(payload);
        message
    };
    let longer = |messages: Vec<Vec<u8>>| {
        messages
            .into_iter()
            .max_by_key(Vec::len)
            .unwrap_or_default()
    };
    let repeated = |ty: &Type, times: u32| longest(contract, ty).repeat(times as usize);
    match ty {
        Type::List { item, max } => tagged(u64::from(*max), repeated(item, *max)),
        Type::FixedList { item, length } => repeated(item, *length),
        Type::Tuple(types) => types.iter().flat_map(|ty| longest(contract, ty)).collect(),
        Type::Option(some) => tagged(1, longest(contract, some)),
        Type::Result { ok, err } => longer(vec![tagged(0, part(ok)), tagged(1, part(err))]),
        Type::Named(id) => match &contract.type_def(*id).kind {
            TypeKind::Alias(of) => longest(contract, of),
            TypeKind::Record(fields) => fields
                .iter()
                .flat_map(|field| longest(contract, &field.ty))
                .collect(),
            TypeKind::Variant(cases) => {
                let payload = |ty: &Option<Type>| {
                    ty.as_ref()
                        .map_or_else(Vec::new, |ty| longest(contract, ty))
                };
                longer(
                    cases
                        .iter()
                        .zip(0..)
                        .map(|(case, number)| tagged(number, payload(&case.payload)))
                        .collect(),
                )
            }
            _ => largest(contract, ty),
        },
        _ => largest(contract, ty),
    }
}

/// The message of a type without parts in which every choice is the largest.
fn largest(contract: &Contract, ty: &Type) -> Vec<u8> {
    let mut message = Vec::new();
    let mut values = Values {
        contract,
        choose: &mut |choice| match choice {
            Choice::Number { max } => max,
            Choice::Length { max } => u64::from(max),
            Choice::Case { count } => count as u64 - 1,
            Choice::Byte => u64::from(b'x'),
            Choice::Char => 0x1_f600,
        },
        message: &mut message,
    };
    values.append(ty);
    message
}

/// What is left open in a type.
enum Choice {
    Number { max: u64 },
    Length { max: u32 },
    Case { count: usize },
    Byte,
    Char,
}

struct Values<'a> {
    contract: &'a Contract,
    choose: &'a mut dyn FnMut(Choice) -> u64,
    message: &'a mut Vec<u8>,
}

impl Values<'_> {
    fn append(&mut self, ty: &Type) {
        match ty {
            Type::Bool => self.case(2),
            Type::U8 | Type::S8 => self.byte(),
            Type::U16 | Type::S16 => self.number(u64::from(u16::MAX)),
            Type::U32 | Type::S32 => self.number(u64::from(u32::MAX)),
            Type::U64 | Type::S64 => self.number(u64::MAX),
            // The exponent's bits are never all set, so that every value equals itself.
            Type::F32 => self.float(3, 0x7e),
            Type::F64 => self.float(7, 0x7e),
            Type::Char => {
                let text = self.char().to_string();
                self.message.push(text.len() as u8);
                self.message.extend(text.bytes());
            }
            Type::String { max } => self.string(*max),
            Type::List { item, max } => {
                let length = (self.choose)(Choice::Length { max: *max });
                self.message.extend(varint(length));
                (0..length).for_each(|_| self.append(item));
            }
            Type::FixedList { item, length } => (0..*length).for_each(|_| self.append(item)),
            Type::Tuple(types) => types.iter().for_each(|ty| self.append(ty)),
            Type::Option(some) => match self.choice(2) {
                0 => {}
                _ => self.append(some),
            },
            Type::Result { ok, err } => {
                let part = if self.choice(2) == 0 { ok } else { err };
                part.iter().for_each(|ty| self.append(ty));
            }
            Type::Named(id) => match &self.contract.type_def(*id).kind {
                TypeKind::Alias(of) => self.append(of),
                TypeKind::Record(fields) => fields.iter().for_each(|field| self.append(&field.ty)),
                TypeKind::Variant(cases) => {
                    let case = self.choice(cases.len());
                    cases[case].payload.iter().for_each(|ty| self.append(ty));
                }
                TypeKind::Enum { open: true, .. } => self.number(u64::from(u32::MAX)),
                TypeKind::Enum { cases, .. } => self.case(cases.len()),
                TypeKind::Flags(flags) if flags.len() <= 8 => {
                    let bits = (self.choose)(Choice::Number {
                        max: (1 << flags.len()) - 1,
                    });
                    self.message.push(bits as u8);
                }
                TypeKind::Flags(flags) => self.number((1 << flags.len()) - 1),
            },
        }
    }

    fn number(&mut self, max: u64) {
        let number = (self.choose)(Choice::Number { max });
        self.message.extend(varint(number));
    }

    fn byte(&mut self) {
        let byte = (self.choose)(Choice::Byte) as u8;
        self.message.push(byte);
    }

    fn float(&mut self, low_bytes: usize, high: u8) {
        (0..low_bytes).for_each(|_| self.byte());
        let byte = (self.choose)(Choice::Byte) as u8;
        self.message.push(byte & (0x80 | high));
    }

    fn choice(&mut self, count: usize) -> usize {
        let case = (self.choose)(Choice::Case { count });
        self.message.extend(varint(case));
        case as usize
    }

    fn case(&mut self, count: usize) {
        self.choice(count);
    }

    fn char(&mut self) -> char {
        char::from_u32((self.choose)(Choice::Char) as u32).unwrap_or('?')
    }

    /// Bytes, not chars, are bounded.
    fn string(&mut self, max: u32) {
        let length = (self.choose)(Choice::Length { max }) as usize;
        let mut text = String::new();
        while text.len() < length {
            let char = self.char();
            let fits = text.len() + char.len_utf8() <= length;
            text.push(if fits { char } else { '.' });
        }
        self.message.extend(varint(text.len() as u64));
        self.message.extend(text.bytes());
    }
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
