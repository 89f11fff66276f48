/// Interface `test:old/valve@1.0.0`.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod old_valve_1_0_0 {
    use ::corelet_host::abi;
    /// Type `state`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum State {
        /// Case `open`.
        Open,
        /// Case `closed`.
        Closed,
    }
    ::corelet_host::abi::defmt_format!(
        State, | value, f | match value { State::Open => defmt::write!(f, "Open"),
        State::Closed => defmt::write!(f, "Closed"), }
    );
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
        use ::corelet_host::abi;
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
    }
    /// Implemented by a firmware that offers `test:old/valve@1.0.0`.
    pub trait Host {
        /// Answers `now`.
        fn now(&mut self, cx: &mut ::corelet_host::Caller<'_>) -> State;
    }
    /// `test:old/valve` as a firmware offers it to plugins.
    #[derive(Clone, Copy, Debug)]
    pub enum Capability {}
    impl<B: Host + 'static> ::corelet_host::Capability<B> for Capability {
        const INTERFACE: &'static ::corelet_host::Interface<B> = &::corelet_host::Interface {
            name: "test:old/valve",
            version: ::corelet_host::Version::new(1, 0, 0),
            meet_grants: ::core::option::Option::None,
            functions: &[
                ::corelet_host::HostFunction {
                    name: <functions::Now as abi::Function>::NAME,
                    shape: <functions::Now as abi::Function>::SHAPE,
                    request_max: <functions::Now as abi::Function>::REQUEST_MAX,
                    response_max: <functions::Now as abi::Function>::RESPONSE_MAX,
                    call: dispatch::now::<B>,
                },
            ],
        };
    }
    mod dispatch {
        use ::corelet_host::abi;
        pub(super) fn now<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            abi::decode_request::<super::functions::Now>(request)?;
            let result = <B as super::Host>::now(board, cx);
            let length = abi::encode_response::<
                super::functions::Now,
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
/// Interface `test:old/valve@1.1.0`.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod old_valve_1_1_0 {
    use ::corelet_host::abi;
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
    ::corelet_host::abi::defmt_format!(
        State, | value, f | match value { State::Open => defmt::write!(f, "Open"),
        State::Closed => defmt::write!(f, "Closed"), State::Between => defmt::write!(f,
        "Between"), }
    );
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
        use ::corelet_host::abi;
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
    }
    /// Implemented by a firmware that offers `test:old/valve@1.1.0`.
    pub trait Host {
        /// Answers `now`.
        fn now(&mut self, cx: &mut ::corelet_host::Caller<'_>) -> State;
    }
    /// `test:old/valve` as a firmware offers it to plugins.
    #[derive(Clone, Copy, Debug)]
    pub enum Capability {}
    impl<B: Host + 'static> ::corelet_host::Capability<B> for Capability {
        const INTERFACE: &'static ::corelet_host::Interface<B> = &::corelet_host::Interface {
            name: "test:old/valve",
            version: ::corelet_host::Version::new(1, 1, 0),
            meet_grants: ::core::option::Option::None,
            functions: &[
                ::corelet_host::HostFunction {
                    name: <functions::Now as abi::Function>::NAME,
                    shape: <functions::Now as abi::Function>::SHAPE,
                    request_max: <functions::Now as abi::Function>::REQUEST_MAX,
                    response_max: <functions::Now as abi::Function>::RESPONSE_MAX,
                    call: dispatch::now::<B>,
                },
            ],
        };
    }
    mod dispatch {
        use ::corelet_host::abi;
        pub(super) fn now<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            abi::decode_request::<super::functions::Now>(request)?;
            let result = <B as super::Host>::now(board, cx);
            let length = abi::encode_response::<
                super::functions::Now,
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
/// The valve as it is now. It knows the states of both versions before.
#[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
pub mod versions_valve {
    use ::corelet_host::abi;
    pub use super::old_valve_1_0_0::State;
    pub use super::old_valve_1_1_0::State as NewState;
    /// The functions of `test:versions/valve@2.0.0`, each as a type that stands for it.
    pub mod functions {
        use ::corelet_host::abi;
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
    }
    /// The valve as it is now. It knows the states of both versions before.
    pub trait Host {
        /// Moves it.
        fn set(
            &mut self,
            cx: &mut ::corelet_host::Caller<'_>,
            r#type: State,
            self_: NewState,
        );
    }
    /// `test:versions/valve` as a firmware offers it to plugins.
    #[derive(Clone, Copy, Debug)]
    pub enum Capability {}
    impl<B: Host + 'static> ::corelet_host::Capability<B> for Capability {
        const INTERFACE: &'static ::corelet_host::Interface<B> = &::corelet_host::Interface {
            name: "test:versions/valve",
            version: ::corelet_host::Version::new(2, 0, 0),
            meet_grants: ::core::option::Option::None,
            functions: &[
                ::corelet_host::HostFunction {
                    name: <functions::Set as abi::Function>::NAME,
                    shape: <functions::Set as abi::Function>::SHAPE,
                    request_max: <functions::Set as abi::Function>::REQUEST_MAX,
                    response_max: <functions::Set as abi::Function>::RESPONSE_MAX,
                    call: dispatch::set::<B>,
                },
            ],
        };
    }
    mod dispatch {
        use ::corelet_host::abi;
        pub(super) fn set<B: super::Host>(
            board: &mut B,
            cx: &mut ::corelet_host::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            let arguments = abi::decode_request::<super::functions::Set>(request)?;
            let result = <B as super::Host>::set(board, cx, arguments.0, arguments.1);
            let length = abi::encode_response::<
                super::functions::Set,
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
