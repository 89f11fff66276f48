pub use ::corelet_host::capability::logging;
const _: () = {
    assert!(
        < self::logging::functions::Log as ::corelet_host::abi::Function > ::SHAPE.0 ==
        0xff37_be84_b7a4_8bbe,
        "`log` of `corelet:host/logging@0.1.0` has another shape in the module that stands for the interface",
    );
};
/// The pump's motor.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod motor {
    use ::corelet_host::abi;
    /// What a plugin may do with it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Grant {
        /// Field `max-rpm`.
        pub max_rpm: u16,
    }
    ::corelet_host::abi::defmt_format!(
        Grant, | value, f | defmt::write!(f, "Grant {{ max_rpm: {} }}", value.max_rpm)
    );
    impl abi::Codec for Grant {
        type Value<'a> = Grant;
        const MAX: usize = 3;
        #[inline]
        fn encode(
            value: &Grant,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <u16 as abi::Codec>::encode(&value.max_rpm, writer)?;
            ::core::result::Result::Ok(())
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Grant {
            Grant {
                max_rpm: <u16 as abi::Codec>::read(reader),
            }
        }
    }
    impl abi::Meet for Grant {
        fn meet<'a>(
            asked: &Grant,
            allowed: &Grant,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::MeetError> {
            <u16 as abi::Meet>::meet(&asked.max_rpm, &allowed.max_rpm, writer)?;
            ::core::result::Result::Ok(())
        }
    }
    /// Why the motor does not do as it was told.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Error {
        /// Above what the grant or the motor allows.
        OutOfRange,
        /// It was told to turn and does not.
        Stalled,
        /// A case of a newer contract, by its number.
        Unknown(u32),
    }
    ::corelet_host::abi::defmt_format!(
        Error, | value, f | match value { Error::OutOfRange => defmt::write!(f,
        "OutOfRange"), Error::Stalled => defmt::write!(f, "Stalled"),
        Error::Unknown(inner) => defmt::write!(f, "Unknown({})", inner), }
    );
    impl Error {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            match self {
                Error::OutOfRange => 0,
                Error::Stalled => 1,
                Error::Unknown(number) => *number,
            }
        }
    }
    impl abi::Codec for Error {
        type Value<'a> = Error;
        const MAX: usize = 5;
        #[inline]
        fn encode(
            value: &Error,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> Error {
            match reader.number() {
                0 => Error::OutOfRange,
                1 => Error::Stalled,
                number => Error::Unknown(number),
            }
        }
    }
    /// The functions of `vendor:pump/motor@1.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_host::abi;
        /// Sets the speed in turns per minute.
        #[derive(Clone, Copy, Debug)]
        pub enum SetSpeed {}
        impl abi::Function for SetSpeed {
            const INTERFACE: &'static str = "vendor:pump/motor@1.0.0";
            const NAME: &'static str = "set-speed";
            const SHAPE: abi::Shape = abi::Shape(0x81e9_db55_01ba_225b);
            type Request = (u16,);
            type Response = ::core::result::Result<(), super::Error>;
        }
        /// The speed now.
        #[derive(Clone, Copy, Debug)]
        pub enum Speed {}
        impl abi::Function for Speed {
            const INTERFACE: &'static str = "vendor:pump/motor@1.0.0";
            const NAME: &'static str = "speed";
            const SHAPE: abi::Shape = abi::Shape(0x7ba6_61ed_c939_c102);
            type Request = ();
            type Response = u16;
        }
        /// The last lines of the motor's own log.
        #[derive(Clone, Copy, Debug)]
        pub enum LastWords {}
        impl abi::Function for LastWords {
            const INTERFACE: &'static str = "vendor:pump/motor@1.0.0";
            const NAME: &'static str = "last-words";
            const SHAPE: abi::Shape = abi::Shape(0x7a4b_7932_78a7_4052);
            type Request = ();
            type Response = abi::Text<48>;
        }
    }
    /// The pump's motor.
    pub trait Host {
        /// Sets the speed in turns per minute.
        fn set_speed(
            &mut self,
            cx: &mut ::corelet_host::Caller<'_>,
            rpm: u16,
        ) -> ::core::result::Result<(), Error>;
        /// The speed now.
        fn speed(&mut self, cx: &mut ::corelet_host::Caller<'_>) -> u16;
        /// The last lines of the motor's own log.
        fn last_words<'a>(
            &'a mut self,
            cx: &'a mut ::corelet_host::Caller<'_>,
        ) -> &'a str;
    }
    /// `vendor:pump/motor` as a firmware offers it to plugins.
    #[derive(Clone, Copy, Debug)]
    pub enum Capability {}
    impl<B: Host + 'static> ::corelet_host::Capability<B> for Capability {
        const INTERFACE: &'static ::corelet_host::Interface<B> = &::corelet_host::Interface {
            name: "vendor:pump/motor",
            version: ::corelet_host::Version::new(1, 0, 0),
            meet_grants: ::core::option::Option::Some(abi::meet_encoded::<Grant>),
            functions: &[
                ::corelet_host::HostFunction {
                    name: <functions::SetSpeed as abi::Function>::NAME,
                    shape: <functions::SetSpeed as abi::Function>::SHAPE,
                    request_max: <functions::SetSpeed as abi::Function>::REQUEST_MAX,
                    response_max: <functions::SetSpeed as abi::Function>::RESPONSE_MAX,
                    call: dispatch::set_speed::<B>,
                },
                ::corelet_host::HostFunction {
                    name: <functions::Speed as abi::Function>::NAME,
                    shape: <functions::Speed as abi::Function>::SHAPE,
                    request_max: <functions::Speed as abi::Function>::REQUEST_MAX,
                    response_max: <functions::Speed as abi::Function>::RESPONSE_MAX,
                    call: dispatch::speed::<B>,
                },
                ::corelet_host::HostFunction {
                    name: <functions::LastWords as abi::Function>::NAME,
                    shape: <functions::LastWords as abi::Function>::SHAPE,
                    request_max: <functions::LastWords as abi::Function>::REQUEST_MAX,
                    response_max: <functions::LastWords as abi::Function>::RESPONSE_MAX,
                    call: dispatch::last_words::<B>,
                },
            ],
        };
    }
    mod dispatch {
        use ::corelet_host::abi;
        pub(super) fn set_speed<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            let arguments = abi::decode_request::<super::functions::SetSpeed>(request)?;
            let result = <B as super::Host>::set_speed(board, cx, arguments.0);
            let length = abi::encode_response::<
                super::functions::SetSpeed,
            >(&result, response);
            match cx.take_refusal() {
                ::core::option::Option::Some(status) => {
                    ::core::result::Result::Err(status)
                }
                ::core::option::Option::None => length,
            }
        }
        pub(super) fn speed<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            abi::decode_request::<super::functions::Speed>(request)?;
            let result = <B as super::Host>::speed(board, cx);
            let length = abi::encode_response::<
                super::functions::Speed,
            >(&result, response);
            match cx.take_refusal() {
                ::core::option::Option::Some(status) => {
                    ::core::result::Result::Err(status)
                }
                ::core::option::Option::None => length,
            }
        }
        pub(super) fn last_words<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            abi::decode_request::<super::functions::LastWords>(request)?;
            let result = <B as super::Host>::last_words(board, cx);
            let length = abi::encode_response::<
                super::functions::LastWords,
            >(&result, response);
            match cx.take_refusal() {
                ::core::option::Option::Some(status) => {
                    ::core::result::Result::Err(status)
                }
                ::core::option::Option::None => length,
            }
        }
    }
}
/// Looks after the motor.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod guard {
    use ::corelet_host::abi;
    pub use super::motor::Error;
    /// The functions of `vendor:pump/guard@1.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_host::abi;
        /// Answers whether the motor may run at `rpm`.
        #[derive(Clone, Copy, Debug)]
        pub enum Allow {}
        impl abi::Function for Allow {
            const INTERFACE: &'static str = "vendor:pump/guard@1.0.0";
            const NAME: &'static str = "allow";
            const SHAPE: abi::Shape = abi::Shape(0x9d0c_2730_4da6_2b28);
            type Request = (u16,);
            type Response = ::core::result::Result<bool, super::super::motor::Error>;
        }
    }
    /// Answers whether the motor may run at `rpm`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Allow {
        /// Parameter `rpm`.
        pub rpm: u16,
    }
    impl abi::Call for Allow {
        type Function = functions::Allow;
        fn encode(
            &self,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            <u16 as abi::Codec>::encode(&self.rpm, writer)?;
            ::core::result::Result::Ok(())
        }
    }
}
/// Type `config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Above it, `allow` says no.
    pub limit: u16,
}
::corelet_host::abi::defmt_format!(
    Config, | value, f | defmt::write!(f, "Config {{ limit: {} }}", value.limit)
);
impl ::corelet_host::abi::Codec for Config {
    type Value<'a> = Config;
    const MAX: usize = 3;
    #[inline]
    fn encode(
        value: &Config,
        writer: &mut ::corelet_host::abi::Writer<'_>,
    ) -> ::core::result::Result<(), ::corelet_host::abi::CodecError> {
        <u16 as ::corelet_host::abi::Codec>::encode(&value.limit, writer)?;
        ::core::result::Result::Ok(())
    }
    #[inline]
    fn read<'a>(reader: &mut ::corelet_host::abi::Reader<'a>) -> Config {
        Config {
            limit: <u16 as ::corelet_host::abi::Codec>::read(reader),
        }
    }
}
