//! Where the host enters a plugin: the instance, the exchange buffer, and the functions that wasm exports.

use core::cell::{Cell, UnsafeCell};

use crate::Error;
use crate::abi::{Answer, Exchange, Function, Status, encode_response, pack};

/// An exported function. `bindgen!` implements it for every `T` that implements the interface's trait.
pub trait Export<T>: Function {
    /// Decodes the request, calls the plugin, encodes the response and returns its length.
    ///
    /// # Errors
    /// The status that the host gets in place of a response.
    fn answer(plugin: &mut T, request: &[u8], response: &mut [u8]) -> Result<usize, Status>;
}

/// The function that makes a plugin. `bindgen!` implements it for every `T` that implements `Plugin`.
pub trait Init<T>: Function<Response = Result<(), crate::types::Error<'static>>> {
    /// Decodes the configuration, and makes the plugin of it.
    ///
    /// # Errors
    /// The status that the host gets in place of a response.
    fn init(request: &[u8]) -> Result<Result<T, Error>, Status>;
}

/// A plugin's one instance: none before `init`.
#[derive(Debug)]
pub struct Instance<T> {
    /// Whether a reference to `plugin` or to the exchange buffer is alive.
    busy: Cell<bool>,
    plugin: UnsafeCell<Option<T>>,
}

/// A plugin's one exchange buffer.
#[derive(Debug)]
#[repr(transparent)]
pub struct Buffer<const SIZE: usize>(UnsafeCell<Exchange<SIZE>>);

#[cfg(all(target_family = "wasm", target_feature = "atomics"))]
compile_error!("a plugin has one thread: build it without `atomics`");

// SAFETY: a plugin is the only user of these two, as statics, and has one thread, as checked above. Native builds make
// none.
#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
unsafe impl<T> Sync for Instance<T> {}
#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
unsafe impl<const SIZE: usize> Sync for Buffer<SIZE> {}

// Only statics are made of these two.
#[allow(clippy::new_without_default)]
impl<T> Instance<T> {
    /// No plugin yet.
    pub const fn new() -> Self {
        Self {
            busy: Cell::new(false),
            plugin: UnsafeCell::new(None),
        }
    }
}

#[allow(clippy::new_without_default)]
impl<const SIZE: usize> Buffer<SIZE> {
    /// A buffer of zeros.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(Exchange::new()))
    }
}

/// What `init` exports: makes the plugin, in place of one that there was.
#[inline]
pub fn init<F: Init<T>, T, const SIZE: usize>(
    instance: &Instance<T>,
    exchange: &Buffer<SIZE>,
    length: usize,
) -> i64 {
    enter(instance, exchange, length, |plugin, request, response| {
        let answer = F::init(request)?.map(|made| *plugin = Some(made));
        encode_response::<F>(&answer, response)
    })
}

/// What every other function exports.
#[inline]
pub fn export<F: Export<T>, T, const SIZE: usize>(
    instance: &Instance<T>,
    exchange: &Buffer<SIZE>,
    length: usize,
) -> i64 {
    enter(instance, exchange, length, |plugin, request, response| {
        let plugin = plugin.as_mut().ok_or(Status::NOT_INITIALISED)?;
        F::answer(plugin, request, response)
    })
}

/// Runs `call` on the plugin, with the request that the host wrote into the exchange buffer and, behind it, the room
/// for the response.
#[inline]
#[allow(unsafe_code)]
fn enter<T, const SIZE: usize>(
    instance: &Instance<T>,
    exchange: &Buffer<SIZE>,
    length: usize,
    call: impl FnOnce(&mut Option<T>, &[u8], &mut [u8]) -> Result<usize, Status>,
) -> i64 {
    if instance.busy.replace(true) {
        return pack(Err(Status::BUSY));
    }
    // SAFETY: only here are references made, and `busy` was false: no other one is alive. A call that traps leaves it
    // true, and the host discards the instance. The host writes to the buffer before it enters only, and `call` keeps
    // nothing of it.
    let (plugin, exchange) = unsafe { (&mut *instance.plugin.get(), &mut *exchange.0.get()) };
    let (request, response) = halves(exchange.bytes_mut(), length);
    let answer = call(plugin, request, response).map(|length| Answer {
        // Addresses have 31 bits, and lengths 32.
        pointer: response.as_ptr().addr() as u32 & (u32::MAX >> 1),
        length: length as u32,
    });
    instance.busy.set(false);
    pack(answer)
}

/// The request, and what is behind it. A request longer than the buffer is taken as none, and so is malformed or
/// empty as its function has it.
#[inline]
fn halves(exchange: &mut [u8], length: usize) -> (&[u8], &mut [u8]) {
    let (request, response) = exchange.split_at_mut(length.min(exchange.len()));
    (request, response)
}

/// The exports, the exchange buffer and the shapes of a plugin, from what `bindgen!` knows of its world.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    (
        plugin: $plugin:ty,
        init: $init:path,
        exports: { $($name:literal => $export:path,)* }
        imports: { $($import:path,)* }
    ) => {
        const _: () = {
            const fn implements<T, F: $crate::rt::Export<T>>() {}
            const fn is_made<T, F: $crate::rt::Init<T>>() {}
            is_made::<$plugin, $init>();
            $(implements::<$plugin, $export>();)*
        };
        #[cfg(target_family = "wasm")]
        const _: () = {
            const SIZE: usize =
                $crate::rt::largest(&[$crate::rt::room::<$init>() $(, $crate::rt::room::<$export>())*]);

            // The name that the ABI gives the buffer; its number is the ABI's version.
            #[unsafe(export_name = "corelet:abi/exchange@1")]
            static EXCHANGE: $crate::rt::Buffer<SIZE> = $crate::rt::Buffer::new();
            static INSTANCE: $crate::rt::Instance<$plugin> = $crate::rt::Instance::new();

            #[unsafe(export_name = "init")]
            extern "C" fn init(_: usize, length: usize) -> i64 {
                $crate::rt::init::<$init, $plugin, SIZE>(&INSTANCE, &EXCHANGE, length)
            }
            $(const _: () = {
                #[unsafe(export_name = $name)]
                extern "C" fn export(_: usize, length: usize) -> i64 {
                    $crate::rt::export::<$export, $plugin, SIZE>(&INSTANCE, &EXCHANGE, length)
                }
            };)*

            const ENTRIES: &[$crate::abi::ShapeEntry] = &[
                $crate::rt::shape::<$init>(),
                $($crate::rt::shape::<$export>(),)*
                $($crate::rt::shape::<$import>(),)*
                $crate::rt::shape::<$crate::logging::functions::Log>(),
            ];
            #[unsafe(link_section = "corelet:shapes")]
            static SHAPES: [[u8; $crate::abi::ShapeEntry::SIZE]; $crate::rt::distinct(ENTRIES)] =
                $crate::rt::shapes(ENTRIES);
        };
    };
}

#[cfg(test)]
mod tests {
    use std::thread_local;
    use std::vec::Vec;

    use super::*;
    use crate::abi::{Shape, decode_request, unpack};
    use crate::rt::{largest, room};
    use crate::types;

    /// Adds up what it is given; an error for 0, and calls itself for 1.
    struct Adder(u32);

    enum Make {}
    impl Function for Make {
        const INTERFACE: &'static str = "";
        const NAME: &'static str = "init";
        const SHAPE: Shape = Shape(1);
        type Request = (u32,);
        type Response = Result<(), types::Error<'static>>;
    }
    impl Init<Adder> for Make {
        fn init(request: &[u8]) -> Result<Result<Adder, Error>, Status> {
            let (start,) = decode_request::<Self>(request)?;
            Ok(Ok(Adder(start)))
        }
    }

    enum Add {}
    impl Function for Add {
        const INTERFACE: &'static str = "example:adder/adder";
        const NAME: &'static str = "add";
        const SHAPE: Shape = Shape(2);
        type Request = (u32,);
        type Response = Result<u32, types::Error<'static>>;
    }
    impl Export<Adder> for Add {
        fn answer(
            plugin: &mut Adder,
            request: &[u8],
            response: &mut [u8],
        ) -> Result<usize, Status> {
            match decode_request::<Self>(request)? {
                (0,) => return encode_response::<Self>(&Err(Error::new(3, "zero")), response),
                (1,) => assert_eq!(enter_again(), Some(Err(Status::BUSY))),
                (number,) => plugin.0 += number,
            }
            encode_response::<Self>(&Ok(plugin.0), response)
        }
    }

    const SIZE: usize = largest(&[room::<Make>(), room::<Add>()]);

    thread_local! {
        static INSTANCE: Instance<Adder> = const { Instance::new() };
        static EXCHANGE: Buffer<SIZE> = const { Buffer::new() };
    }

    type Entry = fn(&Instance<Adder>, &Buffer<SIZE>, usize) -> i64;

    fn enter_again() -> Option<Result<Answer, Status>> {
        INSTANCE.with(|instance| {
            EXCHANGE.with(|exchange| unpack(export::<Add, _, _>(instance, exchange, 0)))
        })
    }

    /// What a host does: writes the request, enters, reads the response.
    #[allow(unsafe_code)]
    fn call(entry: Entry, request: &[u8]) -> Result<Vec<u8>, Status> {
        EXCHANGE.with(|exchange| {
            // SAFETY: no call is under way on this thread.
            let bytes = unsafe { &mut *exchange.0.get() }.bytes_mut();
            bytes[..request.len()].copy_from_slice(request);
            let result = INSTANCE.with(|instance| entry(instance, exchange, request.len()));
            let length = unpack(result).unwrap()?.length as usize;
            // SAFETY: the call is over.
            let bytes = unsafe { &mut *exchange.0.get() }.bytes_mut();
            Ok(bytes[request.len()..][..length].to_vec())
        })
    }

    #[test]
    fn a_plugin_is_made_before_it_is_called() {
        assert_eq!(
            call(export::<Add, _, _>, &[5]),
            Err(Status::NOT_INITIALISED)
        );
        assert_eq!(call(init::<Make, _, _>, &[40]), Ok([0].into()));
        assert_eq!(call(export::<Add, _, _>, &[2]), Ok([0, 42].into()));
        assert_eq!(call(export::<Add, _, _>, &[3]), Ok([0, 45].into()));
    }

    #[test]
    fn a_plugin_inside_a_call_is_busy_and_well_afterwards() {
        call(init::<Make, _, _>, &[40]).unwrap();
        assert_eq!(call(export::<Add, _, _>, &[1]), Ok([0, 40].into()));
        assert_eq!(call(export::<Add, _, _>, &[2]), Ok([0, 42].into()));
    }

    #[test]
    fn an_error_of_the_plugin_is_a_response() {
        call(init::<Make, _, _>, &[40]).unwrap();
        let error = [1, 0, 6, 4, b'z', b'e', b'r', b'o'];
        assert_eq!(call(export::<Add, _, _>, &[0]), Ok(error.into()));
    }

    #[test]
    fn a_malformed_request_does_not_reach_the_plugin() {
        assert_eq!(call(init::<Make, _, _>, &[]), Err(Status::MALFORMED));
        call(init::<Make, _, _>, &[40]).unwrap();
        for request in [&[][..], &[2, 0], &[0x82, 0], &[0xff; SIZE]] {
            assert_eq!(call(export::<Add, _, _>, request), Err(Status::MALFORMED));
        }
        assert_eq!(call(export::<Add, _, _>, &[2]), Ok([0, 42].into()));
    }
}
