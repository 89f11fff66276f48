//! The contract between plugins and firmware: WIT in a bounded profile, and the Rust that is made from it.

#![forbid(unsafe_code)]

mod contract;
pub mod emit;
mod load;
mod model;
mod parse_error;
mod profile;
mod refusal;
mod shapes;
mod sizes;
mod source;
mod standard;
mod suggest;
pub mod value;

pub use model::{
    Case, Contract, Field, Function, Interface, InterfaceId, Label, Owner, PackageName, Type,
    TypeDef, TypeId, TypeKind, World,
};
pub use profile::{BOUND_MAX, FIXED_LIST_MAX, MESSAGE_MAX, PARAMS_MAX, TUPLE_MAX};
pub use refusal::{Place, Refusal, Refusals};
