/// Interface `test:old/valve@1.0.0`.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod old_valve_1_0_0 {
    use ::corelet_guest::abi;
    /// Type `state`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum State {
        /// Case `open`.
        Open,
        /// Case `closed`.
        Closed,
    }
    impl State {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            *self as u32
        }
    }
    impl abi::Codec for State {
        type Value<'a> = State;
        const MAX: usize = 1;
        #[inline]
        fn encode(
            value: &State,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> State {
            match reader.case(2) {
                1 => State::Closed,
                _ => State::Open,
            }
        }
    }
    /// The functions of `test:old/valve@1.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_guest::abi;
        /// Function `now`.
        #[derive(Clone, Copy, Debug)]
        pub enum Now {}
        impl abi::Function for Now {
            const INTERFACE: &'static str = "test:old/valve@1.0.0";
            const NAME: &'static str = "now";
            const SHAPE: abi::Shape = abi::Shape(0x6138_0d5f_aef8_378a);
            type Request = ();
            type Response = super::State;
        }
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for Now {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "test:old/valve@1.0.0")]
                unsafe extern "C" {
                    #[link_name = "now"]
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
    /// Calls `now`.
    pub fn now() -> ::core::result::Result<State, abi::Status> {
        let mut request = [0; <functions::Now as abi::Function>::REQUEST_MAX];
        let mut response = [0; <functions::Now as abi::Function>::RESPONSE_MAX];
        ::corelet_guest::rt::call::<functions::Now>(&(), &mut request, &mut response)
    }
    /// Stand-ins for tests, each for the thread that sets it.
    #[cfg(not(target_family = "wasm"))]
    pub mod sim {
        use ::corelet_guest::abi;
        /// Answers `now` on this thread from now on.
        pub fn now(mut answer: impl ::core::ops::FnMut() -> super::State + 'static) {
            ::corelet_guest::rt::stand_in::<
                super::functions::Now,
            >(move |request, response| {
                abi::decode_request::<super::functions::Now>(request)?;
                let result = answer();
                abi::encode_response::<super::functions::Now>(&result, response)
            });
        }
    }
}
/// Interface `test:old/valve@1.1.0`.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod old_valve_1_1_0 {
    use ::corelet_guest::abi;
    /// Type `state`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum State {
        /// Case `open`.
        Open,
        /// Case `closed`.
        Closed,
        /// Case `between`.
        Between,
    }
    impl State {
        /// The number of the case, from 0.
        pub const fn number(&self) -> u32 {
            *self as u32
        }
    }
    impl abi::Codec for State {
        type Value<'a> = State;
        const MAX: usize = 1;
        #[inline]
        fn encode(
            value: &State,
            writer: &mut abi::Writer<'_>,
        ) -> ::core::result::Result<(), abi::CodecError> {
            writer.varint(u64::from(value.number()))
        }
        #[inline]
        fn read<'a>(reader: &mut abi::Reader<'a>) -> State {
            match reader.case(3) {
                1 => State::Closed,
                2 => State::Between,
                _ => State::Open,
            }
        }
    }
    /// The functions of `test:old/valve@1.1.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_guest::abi;
        /// Function `now`.
        #[derive(Clone, Copy, Debug)]
        pub enum Now {}
        impl abi::Function for Now {
            const INTERFACE: &'static str = "test:old/valve@1.1.0";
            const NAME: &'static str = "now";
            const SHAPE: abi::Shape = abi::Shape(0xed73_7478_fe3b_e1f7);
            type Request = ();
            type Response = super::State;
        }
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for Now {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "test:old/valve@1.1.0")]
                unsafe extern "C" {
                    #[link_name = "now"]
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
    /// Calls `now`.
    pub fn now() -> ::core::result::Result<State, abi::Status> {
        let mut request = [0; <functions::Now as abi::Function>::REQUEST_MAX];
        let mut response = [0; <functions::Now as abi::Function>::RESPONSE_MAX];
        ::corelet_guest::rt::call::<functions::Now>(&(), &mut request, &mut response)
    }
    /// Stand-ins for tests, each for the thread that sets it.
    #[cfg(not(target_family = "wasm"))]
    pub mod sim {
        use ::corelet_guest::abi;
        /// Answers `now` on this thread from now on.
        pub fn now(mut answer: impl ::core::ops::FnMut() -> super::State + 'static) {
            ::corelet_guest::rt::stand_in::<
                super::functions::Now,
            >(move |request, response| {
                abi::decode_request::<super::functions::Now>(request)?;
                let result = answer();
                abi::encode_response::<super::functions::Now>(&result, response)
            });
        }
    }
}
/// The valve as it is now. It knows the states of both versions before.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod versions_valve {
    use ::corelet_guest::abi;
    pub use super::old_valve_1_0_0::State;
    pub use super::old_valve_1_1_0::State as NewState;
    /// The functions of `test:versions/valve@2.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_guest::abi;
        /// Moves it.
        #[derive(Clone, Copy, Debug)]
        pub enum Set {}
        impl abi::Function for Set {
            const INTERFACE: &'static str = "test:versions/valve@2.0.0";
            const NAME: &'static str = "set";
            const SHAPE: abi::Shape = abi::Shape(0x6db3_1abd_c866_022b);
            type Request = (
                super::super::old_valve_1_0_0::State,
                super::super::old_valve_1_1_0::State,
            );
            type Response = ();
        }
        #[cfg(target_family = "wasm")]
        impl ::corelet_guest::rt::Import for Set {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = "test:versions/valve@2.0.0")]
                unsafe extern "C" {
                    #[link_name = "set"]
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
    /// Moves it.
    pub fn set(
        r#type: State,
        self_: NewState,
    ) -> ::core::result::Result<(), abi::Status> {
        let mut request = [0; <functions::Set as abi::Function>::REQUEST_MAX];
        let mut response = [0; <functions::Set as abi::Function>::RESPONSE_MAX];
        ::corelet_guest::rt::call::<
            functions::Set,
        >(&(r#type, self_), &mut request, &mut response)
    }
    /// Stand-ins for tests, each for the thread that sets it.
    #[cfg(not(target_family = "wasm"))]
    pub mod sim {
        use ::corelet_guest::abi;
        /// Answers `set` on this thread from now on.
        pub fn set(
            mut answer: impl ::core::ops::FnMut(super::State, super::NewState) + 'static,
        ) {
            ::corelet_guest::rt::stand_in::<
                super::functions::Set,
            >(move |request, response| {
                let arguments = abi::decode_request::<super::functions::Set>(request)?;
                let result = answer(arguments.0, arguments.1);
                abi::encode_response::<super::functions::Set>(&result, response)
            });
        }
    }
}
pub use ::corelet_guest::Error;
/// A plugin of world `versions`.
pub trait Plugin: ::core::marker::Sized {
    /// Makes the plugin, once, before anything else is called.
    fn init() -> ::core::result::Result<Self, Error>;
}
#[doc(hidden)]
pub mod __corelet {
    use ::corelet_guest::abi;
    #[derive(Clone, Copy, Debug)]
    pub enum Init {}
    impl abi::Function for Init {
        const INTERFACE: &'static str = "";
        const NAME: &'static str = "init";
        const SHAPE: abi::Shape = abi::Shape(0xbdc0_5864_75c9_4231);
        type Request = ();
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
            abi::decode_request::<Self>(request)?;
            ::core::result::Result::Ok(<T as super::Plugin>::init())
        }
    }
}
#[doc(hidden)]
#[allow(unused_macros)]
macro_rules! __corelet_export {
    ($plugin:ty) => {
        ::corelet_guest::__entry! { plugin : $plugin, init : self::__corelet::Init,
        exports : {} imports : { self::old_valve_1_0_0::functions::Now,
        self::old_valve_1_1_0::functions::Now, self::versions_valve::functions::Set, } }
    };
}
