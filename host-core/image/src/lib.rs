//! The signed plugin image: header, manifest, signature, module.
