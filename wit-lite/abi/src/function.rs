use crate::{Codec, CodecError, NameKey, Shape, Status, Writer, codec};

/// One function of the contract. `bindgen!` implements it on a type that stands for the function.
pub trait Function {
    /// For instance `corelet:host/sensor@0.1.0`; empty for a function of the world itself.
    const INTERFACE: &'static str;
    /// For instance `read`.
    const NAME: &'static str;
    /// Its whole signature.
    const SHAPE: Shape;
    /// All parameters in order, as one tuple; `()` for none.
    type Request: Codec;
    /// The result; `()` for none.
    type Response: Codec;

    /// The most bytes of a request.
    const REQUEST_MAX: usize = <Self::Request as Codec>::MAX;
    /// The most bytes of a response, which is what a response buffer must hold.
    const RESPONSE_MAX: usize = <Self::Response as Codec>::MAX;
    /// The key of its name.
    const KEY: NameKey = if Self::INTERFACE.is_empty() {
        NameKey::of_export(Self::NAME)
    } else {
        NameKey::of(Self::INTERFACE, Self::NAME)
    };
}

/// A call that is ready to be made: a [`Function`] with its arguments.
///
/// `bindgen!` makes one struct per exported function, with a field per parameter.
pub trait Call {
    /// What is called.
    type Function: Function;

    /// Appends the request.
    ///
    /// # Errors
    /// [`CodecError::Bound`] if an argument is over its bound, [`CodecError::Full`] if the buffer is too small.
    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), CodecError>;
}

/// Decodes a whole request of `F`: the callee's first step.
///
/// # Errors
/// [`Status::MALFORMED`] if it is no canonical message.
#[inline]
pub fn decode_request<F: Function>(
    request: &[u8],
) -> Result<<F::Request as Codec>::Value<'_>, Status> {
    codec::decode::<F::Request>(request).map_err(|_| Status::MALFORMED)
}

/// Encodes a whole response of `F`, and returns its length in bytes: the callee's last step.
///
/// # Errors
/// [`Status::UNBOUNDED_ANSWER`] if a part is over its bound, or all of it over the buffer.
#[inline]
pub fn encode_response<F: Function>(
    value: &<F::Response as Codec>::Value<'_>,
    response: &mut [u8],
) -> Result<usize, Status> {
    codec::encode::<F::Response>(value, response).map_err(|_| Status::UNBOUNDED_ANSWER)
}

/// The value of a call's response.
pub type ResponseOf<'a, C> =
    <<<C as Call>::Function as Function>::Response as codec::Codec>::Value<'a>;
