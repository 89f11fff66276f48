//! # The Corelet ABI, version 1
//!
//! How a WebAssembly core module (the *guest*) and the firmware that runs it (the *host*) call each other. This page
//! is the specification; nothing else is needed to implement either side in another language. Beside this crate's
//! manifest, `vectors.txt` lists messages of the types in `vectors.wit` with their bytes, and the tests hold this crate
//! to it.
//!
//! ## Messages
//!
//! The parameters of a function, in order, make its *request*; its result makes its *response*. Both are encoded in
//! [postcard's wire format](https://postcard.jamesmunns.com/wire-format), without a length or tag around them:
//!
//! | WIT | bytes |
//! |---|---|
//! | `bool` | 0 or 1 |
//! | `u8`, `s8` | one byte, two's complement |
//! | `u16`, `u32`, `u64` | varint: seven bits a byte, lowest first, high bit set on all but the last |
//! | `s16`, `s32`, `s64` | varint of the zigzag form: 0, −1, 1, −2 are 0, 1, 2, 3 |
//! | `f32`, `f64` | IEEE 754, little-endian |
//! | `char` | as a string of that one char |
//! | `string`, `list<u8>` | varint count of bytes, then the bytes; a string is UTF-8 |
//! | `list<T>` | varint count of items, then the items |
//! | `list<T, N>`, `tuple`, `record` | the parts in order |
//! | `option<T>` | 0, or 1 and the value |
//! | `result<T, E>` | 0 and the value, or 1 and the error; nothing in place of `_` |
//! | `enum`, `variant` | varint number of the case from 0, then the payload if there is one |
//! | `flags` | bit 0 for the first; up to 8 flags as `u8`, 16 as `u16`, 32 as `u32` |
//!
//! There is one form of a value: a varint is as short as can be, no bit is set outside its type, a count is at most
//! the bound in the contract and at most 2³² − 1, and nothing follows the last part. Every other form is refused with
//! [`Status::MALFORMED`]. An enum that the contract marks `@open` accepts any case number; another enum or a variant
//! only those it names. A function without parameters has an empty request, one without a result an empty response.
//!
//! ## Imports: the guest calls the host
//!
//! ```text
//! import  "corelet:host/storage@0.1.0" "get"  (req_ptr, req_len, resp_ptr, resp_cap: i32) -> i32
//! ```
//!
//! The module name is the interface with its version, the field name the function, as WIT writes them. All four
//! parameters are unsigned. The host checks, in this order and before any side effect:
//!
//! 1. `req_ptr + req_len` and `resp_ptr + resp_cap` lie within the memory, computed without wrapping
//!    ([`Status::OUT_OF_BOUNDS`]). Where a length is 0, its pointer is ignored.
//! 2. The two ranges share no byte ([`Status::OVERLAP`]).
//! 3. `resp_cap` is at least the function's largest response ([`Status::RESPONSE_BUFFER`]).
//! 4. The request is a canonical message ([`Status::MALFORMED`]).
//!
//! The result is the length of the response, or a negative [`Status`]. The guest's memory outside the first *result*
//! bytes of the response buffer is unchanged; within `resp_cap` the host may write more than it reports. Both buffers
//! belong to the guest, and the host keeps no pointer into them after it returns.
//!
//! ## Exports: the host calls the guest
//!
//! ```text
//! export  "corelet:plugin/processor@0.1.0#process"  (req_ptr, req_len: i32) -> i64
//! ```
//!
//! The name is interface, `#`, function. The host writes the request into the exchange buffer, so `req_ptr` is that
//! buffer's address; with `req_len` 0 it has no meaning. For the result *r*:
//!
//! - *r* ≥ 0: the response lies at `r >> 32` and has `r & 0xffff_ffff` bytes; with no bytes the pointer has no meaning.
//! - −2³¹ ≤ *r* < 0: a [`Status`].
//! - *r* < −2³¹: malformed, a fault of the guest.
//!
//! Memory is smaller than 2³¹ bytes, so no answer is ambiguous ([`pack`], [`unpack`]). The response belongs to the
//! guest; the host reads it before it calls again. A response outside the memory, over the function's bound or not
//! canonical is a fault of the guest, and costs it its instance.
//!
//! The host makes one call at a time into an instance. A call into a guest that is inside a host call is answered with
//! [`Status::BUSY`], by the host without entering the guest, and by the guest if it is entered all the same.
//!
//! ## What a guest exports besides
//!
//! - `memory`, smaller than 2³¹ bytes.
//! - `corelet:abi/exchange@1`, an immutable `i32` global: the address, a multiple of 4, of a `u32` (little-endian) that
//!   holds the size of the exchange buffer, which follows it ([`Exchange`]). The host reads both once, after it made the
//!   instance, and refuses a module whose buffer is not wholly in memory. It holds at least the largest request of each
//!   export. The buffer is the guest's but while a call is being entered; the guest may put its response there, behind
//!   the request or over it.
//! - `init`: called once, before every other export, with the world's `config` record as its only parameter, or an
//!   empty request where the world has none. Its response is `result<_, error>` of `corelet:plugin/types`. Before it
//!   succeeded, every other export answers [`Status::NOT_INITIALISED`].
//!
//! There is no start function.
//!
//! ## Shapes
//!
//! The custom section [`SHAPES_SECTION`] holds one 16-byte entry per imported or exported function: the [`NameKey`] of
//! its name and its [`Shape`], each a little-endian `u64`. A function without an entry has no shape and is refused; two
//! entries for one name are too. How a shape is computed stands in `corelet-wit`. The section may stand anywhere; where it is the first, a
//! device sees whether it has what a module imports before all of the module is there.
//!
//! ## Versions
//!
//! The number after `@` in the exchange buffer's name is this ABI's version. A host that does not know it refuses the
//! module.

#![no_std]
#![forbid(unsafe_code)]

mod answer;
mod codec;
mod compound;
mod defmt_format;
mod error;
mod exchange;
mod function;
mod list;
mod meet;
mod reader;
mod scalar;
mod shape;
mod status;
mod text;
mod version;
mod writer;

pub use answer::{Answer, import_result, pack, unpack};
pub use codec::{Codec, decode, encode, varint_max};
pub use error::CodecError;
pub use exchange::{EXCHANGE_EXPORT, EXCHANGE_HEADER, Exchange, INIT_EXPORT, MEMORY_EXPORT};
pub use function::{Call, Function, ResponseOf, decode_request, encode_response};
pub use list::{Items, List, Seq};
pub use meet::{Meet, MeetError, meet_encoded, meet_equal};
pub use reader::Reader;
pub use shape::{NameKey, SHAPES_SECTION, Shape, ShapeEntry};
pub use status::Status;
pub use text::{Bytes, Text};
pub use version::version_track;
pub use writer::Writer;

#[cfg(feature = "defmt")]
#[doc(hidden)]
pub use defmt;
