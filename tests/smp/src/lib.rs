//! What the tests of `corelet-smp` share: a [`Device`] that keeps images in memory as a store keeps them in flash, a
//! [`Port`] behind which it stands as on a serial cable or a network, and [`frames`](frame) made and read by other code than the server's.
//!
//! The server knows its device by the trait alone, so it can be tested before and without a host. That a board with its host
//! is managed in the same way is tested where the board is.

mod allow;
mod device;
mod frame;
mod image;
#[cfg(unix)]
mod port;
#[cfg(unix)]
mod server;
mod smpmgr;
#[cfg(unix)]
mod socket;
mod versions;

pub use allow::{everything, upload_only};
pub use device::{Device, Refused, Trial};
pub use frame::{Op, Request, answers, frame};
pub use image::{image, image_for, unsigned_image};
#[cfg(unix)]
pub use port::Port;
#[cfg(unix)]
pub use server::PortDevice;
pub use smpmgr::smpmgr;
pub use versions::{NEW, OLD, new, old};
