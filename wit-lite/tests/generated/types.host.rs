/// One of each.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod all {
    use ::corelet_host::abi;
    /// At most 8 bytes.
    pub type Name<'a> = &'a str;
    /// Type `names`.
    pub type Names<'a> = abi::List<'a, abi::Text<8>>;
    /// Type `named`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Named<'a> {
        /// Field `name`.
        pub name: Name<'a>,
        /// Field `id`.
        pub id: u32,
    }
    ::corelet_host::abi::defmt_format!(
        Named < '_ >, | value, f | defmt::write!(f, "Named {{ name: {}, id: {} }}", value
        .name, value.id)
    );
    impl abi::Codec for Named<'static> {
        type Value<'a> = Named<'a>;
        const MAX: usize = 14;
        #[inline]
        fn encode(
            value: &Named<'_>,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <abi::Text<8> as abi::Codec>::encode(&value.name, writer)?;
            <u32 as abi::Codec>::encode(&value.id, writer)?;
            ::core::result::Result::Ok(())
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Named<'a> {
            Named {
                name: <abi::Text<8> as abi::Codec>::read(reader),
                id: <u32 as abi::Codec>::read(reader),
            }
        }
    }
    /// Type `list-of-named`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct ListOfNamed<'a> {
        /// Field `items`.
        pub items: abi::List<'a, Named<'static>>,
        /// Field `ratio`.
        pub ratio: f32,
    }
    ::corelet_host::abi::defmt_format!(
        ListOfNamed < '_ >, | value, f | defmt::write!(f, "{}",
        defmt::Debug2Format(value))
    );
    impl abi::Codec for ListOfNamed<'static> {
        type Value<'a> = ListOfNamed<'a>;
        const MAX: usize = 33;
        #[inline]
        fn encode(
            value: &ListOfNamed<'_>,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <abi::Seq<Named<'static>, 2> as abi::Codec>::encode(&value.items, writer)?;
            <f32 as abi::Codec>::encode(&value.ratio, writer)?;
            ::core::result::Result::Ok(())
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> ListOfNamed<'a> {
            ListOfNamed {
                items: <abi::Seq<Named<'static>, 2> as abi::Codec>::read(reader),
                ratio: <f32 as abi::Codec>::read(reader),
            }
        }
    }
    /// Type `closed`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Closed {
        /// Case `on`.
        On,
        /// Case `off`.
        Off,
    }
    ::corelet_host::abi::defmt_format!(
        Closed, | value, f | match value { Closed::On => defmt::write!(f, "On"),
        Closed::Off => defmt::write!(f, "Off"), }
    );
    impl Closed {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            *self as u32
        }
    }
    impl abi::Codec for Closed {
        type Value<'a> = Closed;
        const MAX: usize = 1;
        #[inline]
        fn encode(
            value: &Closed,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Closed {
            match reader.case(2) {
                1 => Closed::Off,
                _ => Closed::On,
            }
        }
    }
    /// Type `open`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Open {
        /// Case `on`.
        On,
        /// Case `unknown`.
        Unknown,
        /// A case of a newer contract, by its number.
        UnknownCase(u32),
    }
    ::corelet_host::abi::defmt_format!(
        Open, | value, f | match value { Open::On => defmt::write!(f, "On"),
        Open::Unknown => defmt::write!(f, "Unknown"), Open::UnknownCase(inner) =>
        defmt::write!(f, "UnknownCase({})", inner), }
    );
    impl Open {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            match self {
                Open::On => 0,
                Open::Unknown => 1,
                Open::UnknownCase(number) => *number,
            }
        }
    }
    impl abi::Codec for Open {
        type Value<'a> = Open;
        const MAX: usize = 5;
        #[inline]
        fn encode(
            value: &Open,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Open {
            match reader.number() {
                0 => Open::On,
                1 => Open::Unknown,
                number => Open::UnknownCase(number),
            }
        }
    }
    /// Type `rights`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Rights(u8);
    ::corelet_host::abi::defmt_format!(
        Rights, | value, f | defmt::write!(f, "{}", defmt::Debug2Format(value))
    );
    impl Rights {
        /// Flag `read`.
        pub const READ: Self = Self(1 << 0);
        /// Flag `write`.
        pub const WRITE: Self = Self(1 << 1);
        /// Flag `erase`.
        pub const ERASE: Self = Self(1 << 2);
        /// No flag.
        pub const fn empty() -> Self {
            Self(0)
        }
        /// Every flag.
        pub const fn all() -> Self {
            Self(0x7)
        }
        /// The flags as bits, the first in bit 0.
        pub const fn bits(self) -> u8 {
            self.0
        }
        /// The flags of `bits`; none if a bit is set that has no name.
        pub const fn from_bits(bits: u8) -> ::core::option::Option<Self> {
            if bits & !Self::all().0 == 0 {
                ::core::option::Option::Some(Self(bits))
            } else {
                ::core::option::Option::None
            }
        }
        /// Whether no flag is set.
        pub const fn is_empty(self) -> bool {
            self.0 == 0
        }
        /// Whether all flags of `other` are set.
        pub const fn contains(self, other: Self) -> bool {
            self.0 & other.0 == other.0
        }
    }
    impl ::core::ops::BitOr for Rights {
        type Output = Self;
        fn bitor(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }
    impl ::core::ops::BitAnd for Rights {
        type Output = Self;
        fn bitand(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }
    }
    impl abi::Codec for Rights {
        type Value<'a> = Rights;
        const MAX: usize = 1;
        #[inline]
        fn encode(
            value: &Rights,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <u8 as abi::Codec>::encode(&value.0, writer)
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Rights {
            let bits = <u8 as abi::Codec>::read(reader);
            Rights::from_bits(bits)
                .unwrap_or_else(|| {
                    reader.refuse(abi::CodecError::Flags);
                    Rights::empty()
                })
        }
    }
    /// Type `choice`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Choice<'a> {
        /// Case `nothing`.
        Nothing,
        /// Case `number`.
        Number(u16),
        /// Case `pair`.
        Pair((u8, Name<'a>)),
        /// Case `outcome`.
        Outcome(::core::result::Result<(), ::core::option::Option<char>>),
        /// Case `fixed`.
        Fixed([i16; 3]),
    }
    ::corelet_host::abi::defmt_format!(
        Choice < '_ >, | value, f | match value { Choice::Nothing => defmt::write!(f,
        "Nothing"), Choice::Number(inner) => defmt::write!(f, "Number({})", inner),
        Choice::Pair(inner) => defmt::write!(f, "Pair({})", inner),
        Choice::Outcome(inner) => defmt::write!(f, "Outcome({})", inner),
        Choice::Fixed(inner) => defmt::write!(f, "Fixed({})", inner), }
    );
    impl Choice<'_> {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            match self {
                Choice::Nothing => 0,
                Choice::Number(_) => 1,
                Choice::Pair(_) => 2,
                Choice::Outcome(_) => 3,
                Choice::Fixed(_) => 4,
            }
        }
    }
    impl abi::Codec for Choice<'static> {
        type Value<'a> = Choice<'a>;
        const MAX: usize = 11;
        #[inline]
        fn encode(
            value: &Choice<'_>,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))?;
            match value {
                Choice::Number(payload) => <u16 as abi::Codec>::encode(payload, writer),
                Choice::Pair(payload) => {
                    <(u8, abi::Text<8>) as abi::Codec>::encode(payload, writer)
                }
                Choice::Outcome(payload) => {
                    <::core::result::Result<
                        (),
                        ::core::option::Option<char>,
                    > as abi::Codec>::encode(payload, writer)
                }
                Choice::Fixed(payload) => {
                    <[i16; 3] as abi::Codec>::encode(payload, writer)
                }
                _ => ::core::result::Result::Ok(()),
            }
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Choice<'a> {
            match reader.case(5) {
                1 => Choice::Number(<u16 as abi::Codec>::read(reader)),
                2 => Choice::Pair(<(u8, abi::Text<8>) as abi::Codec>::read(reader)),
                3 => {
                    Choice::Outcome(
                        <::core::result::Result<
                            (),
                            ::core::option::Option<char>,
                        > as abi::Codec>::read(reader),
                    )
                }
                4 => Choice::Fixed(<[i16; 3] as abi::Codec>::read(reader)),
                _ => Choice::Nothing,
            }
        }
    }
    /// The functions of `test:types/all@0.1.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_host::abi;
        /// Function `pass`.
        #[derive(Clone, Copy, Debug)]
        pub enum Pass {}
        impl abi::Function for Pass {
            const INTERFACE: &'static str = "test:types/all@0.1.0";
            const NAME: &'static str = "pass";
            const SHAPE: abi::Shape = abi::Shape(0x566f_57d9_f505_a0d3);
            type Request = (abi::Seq<abi::Text<8>, 4>, super::Choice<'static>);
            type Response = ::core::result::Result<
                super::ListOfNamed<'static>,
                super::Choice<'static>,
            >;
        }
    }
    /// A call of `pass`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Pass<'a> {
        /// Parameter `names`.
        pub names: Names<'a>,
        /// Parameter `choice`.
        pub choice: Choice<'a>,
    }
    impl abi::Call for Pass<'_> {
        type Function = functions::Pass;
        fn encode(
            &self,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <abi::Seq<abi::Text<8>, 4> as abi::Codec>::encode(&self.names, writer)?;
            <Choice<'static> as abi::Codec>::encode(&self.choice, writer)?;
            ::core::result::Result::Ok(())
        }
    }
}
