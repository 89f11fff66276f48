//! Calls of imported functions: encode, cross the boundary, decode.

use crate::abi::{self, Codec, Function, Status};
use crate::error::CallError;

/// Room for the response of one imported function, of at most `N` bytes.
///
/// A result that borrows, such as the bytes of [`storage::get`](crate::storage::get), lives in the buffer that the
/// caller brings. `bindgen!` names one type per such function, for instance
/// [`storage::GetBuffer`](crate::storage::GetBuffer).
#[derive(Clone, Copy, Debug)]
pub struct Buffer<const N: usize> {
    bytes: [u8; N],
}

impl<const N: usize> Buffer<N> {
    /// An empty buffer.
    #[inline]
    pub const fn new() -> Self {
        Self { bytes: [0; N] }
    }

    /// The room, for generated code.
    #[doc(hidden)]
    #[inline]
    pub const fn bytes_mut(&mut self) -> &mut [u8; N] {
        &mut self.bytes
    }
}

impl<const N: usize> Default for Buffer<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// An imported function. `bindgen!` implements it on wasm; natively every function is the simulator's.
pub trait Import: Function {
    /// Crosses the boundary: the length of the response, or a negative status.
    fn import(request: &[u8], response: &mut [u8]) -> i32;
}

#[cfg(not(target_family = "wasm"))]
impl<F: Function> Import for F {
    fn import(request: &[u8], response: &mut [u8]) -> i32 {
        abi::import_result(crate::sim::answer::<F>(request, response))
    }
}

/// Calls `F`. `request` holds its largest request, `response` its largest response.
///
/// # Errors
/// The host's status; [`Status::MALFORMED`] if an argument is over its bound, without a call.
#[inline]
pub fn call<'r, F: Import>(
    arguments: &<F::Request as Codec>::Value<'_>,
    request: &mut [u8],
    response: &'r mut [u8],
) -> Result<<F::Response as Codec>::Value<'r>, Status> {
    let length = abi::encode::<F::Request>(arguments, request).map_err(|_| Status::MALFORMED)?;
    let request = request.get(..length).ok_or(Status::LOGIC_BUG)?;
    let response = cross::<F>(request, response)?;
    // The host encodes by the same contract, so a response that is no message is a fault of Corelet's.
    abi::decode::<F::Response>(response).map_err(|_| Status::LOGIC_BUG)
}

/// Crosses the boundary with an encoded request, and gives the encoded response.
#[inline]
pub(crate) fn cross<'r, F: Import>(
    request: &[u8],
    response: &'r mut [u8],
) -> Result<&'r [u8], Status> {
    let result = F::import(request, response);
    match Status::from_code(result) {
        Some(status) => Err(status),
        None => response.get(..result as usize).ok_or(Status::LOGIC_BUG),
    }
}

/// Joins the two ways to fail of a function whose result is a `result`.
#[inline]
pub fn flatten<T, E>(answer: Result<Result<T, E>, Status>) -> Result<T, CallError<E>> {
    match answer {
        Ok(result) => result.map_err(CallError::Failed),
        Err(status) => Err(CallError::Refused(status)),
    }
}
