use core::fmt;

/// Why a call across the boundary gave no message: a negative number on the wire.
///
/// Known values have a constant; an unknown one, from a newer peer, is carried as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status(i32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $reason:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// Every status that this version names, with its constant's name.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, stringify!($name))),*];

            /// What happened, in words that end a sentence such as "the host refused: …".
            pub const fn reason(self) -> &'static str {
                match self.0 {
                    $($code => $reason,)*
                    _ => "a status that this version does not know",
                }
            }
        }
    };
}

statuses! {
    /// The request is not a canonical message of the function's type.
    MALFORMED = -1, "the request is malformed";
    /// A pointer and length reach outside the guest's memory.
    OUT_OF_BOUNDS = -2, "a pointer or length reaches outside the guest's memory";
    /// Request and response share bytes.
    OVERLAP = -3, "request and response overlap";
    /// The response buffer is smaller than the function's largest response.
    RESPONSE_BUFFER = -4, "the response buffer is smaller than the largest response";
    /// The callee is inside another call.
    BUSY = -5, "the callee is inside another call";
    /// The caller's grant does not cover this request.
    DENIED = -6, "the grant does not cover this request";
    /// A quota of the caller's grant is used up.
    QUOTA = -7, "a quota is used up";
    /// The board cannot serve the request now.
    UNAVAILABLE = -8, "the board cannot serve this now";
    /// The answer does not fit the function's bounds: a fault of the callee.
    UNBOUNDED_ANSWER = -9, "the answer is over the function's bounds";
    /// The plugin has not been initialised.
    NOT_INITIALISED = -10, "the plugin is not initialised";
    /// A state that should not be reachable: a fault of Corelet itself.
    LOGIC_BUG = -11, "a state that should not be reachable";
}

impl Status {
    /// The status of wire value `code`; none if it is not negative.
    pub const fn from_code(code: i32) -> Option<Self> {
        if code < 0 { Some(Self(code)) } else { None }
    }

    /// The wire value: negative.
    pub const fn code(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {})", self.reason(), self.0)
    }
}

impl core::error::Error for Status {}
