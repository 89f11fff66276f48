//! # Management over a serial line: SMP
//!
//! A server of MCUmgr's [Simple Management Protocol](https://docs.zephyrproject.org/latest/services/device_mgmt/smp_protocol.html),
//! so that clients which nobody here wrote can list, upload, test, confirm and erase plugins: `smpmgr`, `mcumgr-toolkit`, and
//! others, and `corelet install`. It takes no heap, and knows neither a store nor an interpreter: it speaks to a [`Managed`] device. This page is
//! the specification.
//!
//! ```
//! # fn example<M: corelet_smp::Managed>(device: &mut M, port: &mut (impl std::io::Read + std::io::Write)) -> std::io::Result<()> {
//! use corelet_smp::{Action, Smp};
//!
//! let mut smp = Smp::<512, _>::with_authority(|action: Action| !matches!(action, Action::Erase { .. }));
//! let mut buffer = [0; 64];
//! loop {
//!     let count = port.read(&mut buffer)?;
//!     # if count == 0 { return Ok(()) }
//!     let mut received = &buffer[..count];
//!     while let Some(line) = smp.feed(&mut received, device) {
//!         port.write_all(line)?;
//!     }
//! }
//! # }
//! ```
//!
//! ## Frames
//!
//! A message travels as length, message and check: the length is that of message and check, the check is CRC-16/XMODEM of
//! the message, both are 16 bits, big-endian. In base64 they are cut into lines: the first begins with the bytes 0x06 0x09, all
//! others with 0x04 0x14, each ends with a newline. Every line has whole groups of four characters. Lines that are sent have
//! at most 127 bytes; those that come may be longer. A carriage return is passed over.
//!
//! A frame may carry several messages; each is answered with a frame of its own, in order. What is no line of a frame is passed
//! over, so text may go over the same port. A frame that is damaged, cut, or longer than the buffer is passed over as well, as
//! the protocol has it: the client asks again. The next start begins a new frame, wherever it stands.
//!
//! ## Messages
//!
//! A header of eight bytes, and one CBOR map with names for keys, of definite or indefinite length. No map at all is an empty
//! one. Unknown keys are passed over. Requests of version 1 and 2 are answered in their version, with their sequence number.
//! What is no request, such as an answer, is not answered.
//!
//! An error is a map with `rc`, and in version 2, if the group has a number of its own, with `err`: `group` and `rc`. What the
//! device refused, or the port, says why in `rsn`, for a person, and then the number is `rc` in both versions: `err` has no room
//! for a reason. [`Code`] has the numbers.
//!
//! | `rc` | when |
//! |---|---|
//! | 3 | malformed CBOR, a value of another type, something is missing |
//! | 7 | the answer is longer than the buffer: only lists without `next` |
//! | 8 | no such group or command |
//! | 9 | the frame ends within the message |
//! | 11 | the port does not allow it |
//! | 13 | a version after 2 |
//!
//! ## Commands
//!
//! What is *r* is read, what is *w* is written. A slot of Corelet is an *image* in the protocol's words, and each has two *slots*:
//! 0 is what runs ([`Primary`](Position::Primary)), 1 is what was received or what a trial falls back to
//! ([`Secondary`](Position::Secondary)). In what follows `slot` is used as the command uses it.
//!
//! | group | command | | request | answer |
//! |---|---|---|---|---|
//! | 0 OS | 0 echo | rw | `d` text | `r` the same |
//! | | 5 reset | w | `force` | |
//! | | 6 parameters | r | | `buf_size`: `N` of [`Smp`]; `buf_count`: 1 |
//! | | 8 boot loader | r | | `bootloader`: `Corelet`; with a `query`, error 3 of the group |
//! | 1 image | 0 state | r | | `images`: for each `image`, `slot`, `version`, `hash`, and those that are true of `bootable`, `pending`, `confirmed`, `active`, `permanent` |
//! | | 0 state | w | `hash`, `confirm` | as for reading |
//! | | 1 upload | w | `off`, `data`; with `off` 0 also `image` (or 0), `len`, `sha`, `upgrade` | `off`; `match` |
//! | | 5 erase | w | `slot`: twice the image's number, and one more for its slot 1; or 1 | |
//! | 2 statistics | 0 show | r | `name` | `name`, `fields`: name to number |
//! | | 1 list | r | | `stat_list` |
//! | [17228](GROUP) Corelet | 0 slots | r | `from` | `epoch` of the keys, if they can be replaced; `slots`: for each `slot`, `state`, `plugin`, `version`, `hash`, `off`, `len`, `reason`, as far as there is one; `next` |
//! | | 1 logs | r | `from` | `lines`: for each `n`, `time`, `plugin`, `level`, `text`; `next` |
//! | | 2 audit | r | `from` | `denials`: for each `slot`, `plugin`, `interface`, `function`, `reason`, `time`, `count`; `next` |
//! | | 3 rollback | w | `slot` | |
//! | | 4 forgive | w | `hash` | |
//! | | 5 test together | w | `slots`: at most [`TOGETHER_MAX`] | |
//! | | 6 keys | w | `set` | |
//!
//! [`Command`] has the numbers of the last group.
//!
//! **Hashes.** A `hash` is the SHA-256 of all bytes of an image, from its header to the end of its module, as `sha` is.
//!
//! **State, written.** `hash` alone starts that image as a trial; with `confirm` it is confirmed; `confirm` alone confirms what runs
//! in every slot. If the same image stands in several slots, the first is meant in which there is something to do.
//!
//! **Upload.** A chunk is kept if it is the one that is wanted, and the answer's `off` says which is wanted next: the client goes on
//! there. So an upload that was interrupted goes on where it was, whether the client, the line or the device was away. A device
//! that has been reset knows of no upload, and answers `off` 0; the client begins again, and the device sees that it has that
//! image in part. It is told so by `sha`, or, since some clients leave it out then, by the bytes themselves, of which it may want
//! some before its `off` goes on where it was. `off` stays as it was while the device is busy. All is there when `off` is `len`; it was then read back and is what was signed, and with a `sha` of
//! 32 bytes `match` says so.
//!
//! **Keys.** `set` is a key set as `corelet sign --keys` makes it, 108 to 204 bytes, so it comes in one message. It is signed by the root key, and its epoch must
//! be higher than the one in force; the same set once more is no error.
//!
//! **Lists with `next`.** `from` is the first that is wanted, 0 if it is not said. If not all fit into the answer, `next` says from
//! where on to ask for the others; in `logs` it is always there. A text that is too long for any answer is cut, and ends with `…`.
//!
//! The states of a slot or a bank are `empty`, `opening`, `receiving`, `received`, `verified`, `trial`, `confirmed`, `rejected`, `parked`
//! and `faulted` ([`State`]). Times are milliseconds since the device was reset; levels are those of `corelet:host/logging`.
//!
//! ## What it takes
//!
//! Memory: [`Smp`] with its two buffers, 2 `N` and less than 200 bytes; no heap. Flash: 13 KB on a Cortex-M4F, beside a firmware that
//! formats and checks UTF-8 anyway.
//!
//! ## Who may do what
//!
//! [`Smp::new`] allows to read, to upload and to replace keys. What is uploaded must be signed, and waits. A key set takes effect at once, and
//! what a key signed that it leaves out runs no more; but only the holder of the root key can make one, no earlier one is taken, and one that
//! revokes a key has to arrive. To test, to confirm, to erase, to roll back, to forgive a rejected image and to reset are refused, unless the
//! firmware has an [`Authority`] that decides otherwise. The reason is then [`NOT_ALLOWED`].

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod authority;
mod code;
mod corelet;
mod frame;
mod group;
mod header;
mod image;
mod item;
mod managed;
mod os;
mod page;
mod reply;
mod request;
mod smp;
mod statistics;

pub use authority::{Action, Authority, Everything, UploadOnly};
pub use code::{Code, Refusal};
pub use corelet::Command;
pub use group::NOT_ALLOWED;
pub use managed::{Denied, Image, LogLine, Managed, Position, Slot, State, Target, Upload};
pub use smp::Smp;

/// The number of Corelet's own group: `CL`, far from the 64 with which others begin.
pub const GROUP: u16 = u16::from_be_bytes(*b"CL");

/// The most slots that are tested together.
pub const TOGETHER_MAX: usize = 16;
