pub use ::corelet_guest::logging;
const _: () = {
    assert!(
        < self::logging::functions::Log as ::corelet_guest::abi::Function > ::SHAPE.0 ==
        0xff37_be84_b7a4_8bbe,
        "`log` of `corelet:host/logging@0.1.0` has another shape in the module that stands for the interface",
    );
};
/// The pump's motor.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod motor {
    use ::corelet_guest::abi;
    /// What a plugin may do with it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Grant {
        /// Field `max-rpm`.
        pub max_rpm: u16,
    }
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
        use ::corelet_guest::abi;
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
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for SetSpeed {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "vendor:pump/motor@1.0.0")]
                unsafe extern "C" {
                    #[link_name = "set-speed"]
                    fn import(
                        request: *const u8,
                        request_length: usize,
                        response: *mut u8,
                        response_capacity: usize,
                    ) -> i32;
                }
                unsafe {
                    import(
                        request.as_ptr(),
                        request.len(),
                        response.as_mut_ptr(),
                        response.len(),
                    )
                }
            }
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
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for Speed {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "vendor:pump/motor@1.0.0")]
                unsafe extern "C" {
                    #[link_name = "speed"]
                    fn import(
                        request: *const u8,
                        request_length: usize,
                        response: *mut u8,
                        response_capacity: usize,
                    ) -> i32;
                }
                unsafe {
                    import(
                        request.as_ptr(),
                        request.len(),
                        response.as_mut_ptr(),
                        response.len(),
                    )
                }
            }
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
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for LastWords {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "vendor:pump/motor@1.0.0")]
                unsafe extern "C" {
                    #[link_name = "last-words"]
                    fn import(
                        request: *const u8,
                        request_length: usize,
                        response: *mut u8,
                        response_capacity: usize,
                    ) -> i32;
                }
                unsafe {
                    import(
                        request.as_ptr(),
                        request.len(),
                        response.as_mut_ptr(),
                        response.len(),
                    )
                }
            }
        }
    }
    impl ::corelet_guest::Cause for Error {
        const INTERFACE: &'static str = "vendor:pump/motor";
        fn code(&self) -> i32 {
            self.number().cast_signed()
        }
    }
    /// Sets the speed in turns per minute.
    pub fn set_speed(
        rpm: u16,
    ) -> ::core::result::Result<(), ::corelet_guest::CallError<Error>> {
        let mut request = [0; <functions::SetSpeed as abi::Function>::REQUEST_MAX];
        let mut response = [0; <functions::SetSpeed as abi::Function>::RESPONSE_MAX];
        ::corelet_guest::rt::flatten(
            ::corelet_guest::rt::call::<
                functions::SetSpeed,
            >(&(rpm,), &mut request, &mut response),
        )
    }
    /// The speed now.
    pub fn speed() -> ::core::result::Result<u16, abi::Status> {
        let mut request = [0; <functions::Speed as abi::Function>::REQUEST_MAX];
        let mut response = [0; <functions::Speed as abi::Function>::RESPONSE_MAX];
        ::corelet_guest::rt::call::<functions::Speed>(&(), &mut request, &mut response)
    }
    /// What a response of [`last_words`] is read into; the result borrows it.
    pub type LastWordsBuffer = ::corelet_guest::Buffer<
        { <functions::LastWords as abi::Function>::RESPONSE_MAX },
    >;
    /// The last lines of the motor's own log.
    pub fn last_words<'a>(
        buffer: &'a mut LastWordsBuffer,
    ) -> ::core::result::Result<&'a str, abi::Status> {
        let mut request = [0; <functions::LastWords as abi::Function>::REQUEST_MAX];
        ::corelet_guest::rt::call::<
            functions::LastWords,
        >(&(), &mut request, buffer.bytes_mut())
    }
    /// Stand-ins for tests, each for the thread that sets it.
    #[cfg(not(target_family = "wasm"))]
    pub mod sim {
        use ::corelet_guest::abi;
        /// Answers `set-speed` on this thread from now on.
        pub fn set_speed(
            mut answer: impl ::core::ops::FnMut(
                u16,
            ) -> ::core::result::Result<(), super::Error> + 'static,
        ) {
            ::corelet_guest::rt::stand_in::<
                super::functions::SetSpeed,
            >(move |request, response| {
                let arguments = abi::decode_request::<
                    super::functions::SetSpeed,
                >(request)?;
                let result = answer(arguments.0);
                abi::encode_response::<super::functions::SetSpeed>(&result, response)
            });
        }
        /// Answers `speed` on this thread from now on.
        pub fn speed(mut answer: impl ::core::ops::FnMut() -> u16 + 'static) {
            ::corelet_guest::rt::stand_in::<
                super::functions::Speed,
            >(move |request, response| {
                abi::decode_request::<super::functions::Speed>(request)?;
                let result = answer();
                abi::encode_response::<super::functions::Speed>(&result, response)
            });
        }
        /// Answers `last-words` on this thread from now on.
        pub fn last_words(
            mut answer: impl ::core::ops::FnMut() -> &'static str + 'static,
        ) {
            ::corelet_guest::rt::stand_in::<
                super::functions::LastWords,
            >(move |request, response| {
                abi::decode_request::<super::functions::LastWords>(request)?;
                let result = answer();
                abi::encode_response::<super::functions::LastWords>(&result, response)
            });
        }
    }
}
/// Looks after the motor.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod guard {
    use ::corelet_guest::abi;
    pub use super::motor::Error;
    /// The functions of `vendor:pump/guard@1.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_guest::abi;
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
        impl<T: super::Guest> ::corelet_guest::rt::Export<T> for Allow {
            #[inline]
            fn answer(
                plugin: &mut T,
                request: &[u8],
                response: &mut [u8],
            ) -> ::core::result::Result<usize, abi::Status> {
                let arguments = abi::decode_request::<Self>(request)?;
                let result = <T as super::Guest>::allow(plugin, arguments.0);
                abi::encode_response::<Self>(&result, response)
            }
        }
    }
    /// Looks after the motor.
    pub trait Guest {
        /// Answers whether the motor may run at `rpm`.
        fn allow(&mut self, rpm: u16) -> ::core::result::Result<bool, Error>;
    }
}
/// Type `config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Above it, `allow` says no.
    pub limit: u16,
}
impl ::corelet_guest::abi::Codec for Config {
    type Value<'a> = Config;
    const MAX: usize = 3;
    #[inline]
    fn encode(
        value: &Config,
        writer: &mut ::corelet_guest::abi::Writer<'_>,
    ) -> ::core::result::Result<(), ::corelet_guest::abi::CodecError> {
        <u16 as ::corelet_guest::abi::Codec>::encode(&value.limit, writer)?;
        ::core::result::Result::Ok(())
    }
    #[inline]
    fn read<'a>(reader: &mut ::corelet_guest::abi::Reader<'a>) -> Config {
        Config {
            limit: <u16 as ::corelet_guest::abi::Codec>::read(reader),
        }
    }
}
pub use ::corelet_guest::Error;
/// What a plugin for the pump is.
pub trait Plugin: ::core::marker::Sized {
    /// Makes the plugin, once, before anything else is called.
    fn init(config: &Config) -> ::core::result::Result<Self, Error>;
}
#[doc(hidden)]
pub mod __corelet {
    use ::corelet_guest::abi;
    #[derive(Clone, Copy, Debug)]
    pub enum Init {}
    impl abi::Function for Init {
        const INTERFACE: &'static str = "";
        const NAME: &'static str = "init";
        const SHAPE: abi::Shape = abi::Shape(0x4557_6f43_ae53_2909);
        type Request = (super::Config,);
        type Response = ::core::result::Result<
            (),
            ::corelet_guest::types::Error<'static>,
        >;
    }
    impl<T: super::Plugin> ::corelet_guest::rt::Init<T> for Init {
        #[inline]
        fn init(
            request: &[u8],
        ) -> ::core::result::Result<
            ::core::result::Result<T, super::Error>,
            abi::Status,
        > {
            let arguments = abi::decode_request::<Self>(request)?;
            ::core::result::Result::Ok(<T as super::Plugin>::init(&arguments.0))
        }
    }
}
#[doc(hidden)]
#[allow(unused_macros)]
macro_rules! __corelet_export {
    ($plugin:ty) => {
        ::corelet_guest::__entry! { plugin : $plugin, init : self::__corelet::Init,
        exports : { "vendor:pump/guard@1.0.0#allow" => self::guard::functions::Allow, }
        imports : { self::motor::functions::SetSpeed, self::motor::functions::Speed,
        self::motor::functions::LastWords, self::logging::functions::Log, } }
    };
}
