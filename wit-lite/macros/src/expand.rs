use std::path::{Path, PathBuf};

use corelet_wit::emit::{Options, standard_world};
use corelet_wit::{Contract, World};
use proc_macro2::TokenStream;
use quote::quote;

use crate::input::Input;

type Emit = fn(&Contract, &World, &Options) -> TokenStream;

/// The bindings, or a compile error that holds the whole refusal.
pub(crate) fn expand(input: Input, emit: Emit) -> TokenStream {
    if input.options.standard {
        let contract = Contract::standard();
        return emit(&contract, &standard_world(&contract), &input.options);
    }
    let dir = directory(&input);
    let bindings = bindings(&input, &dir, emit).unwrap_or_else(syn::Error::into_compile_error);
    let tracked = tracked(&dir);
    quote! { #bindings #tracked }
}

/// The bindings of a firmware, and the text of their contract: its offer carries it, so that tools know the vendor's types.
pub(crate) fn expand_host(input: Input) -> TokenStream {
    let text = (!input.options.standard).then(|| text(&directory(&input)));
    let bindings = expand(input, corelet_wit::emit::host);
    quote! { #bindings #text }
}

fn directory(input: &Input) -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(&input.path)
}

/// `WIT`: each file with its path from the contract's folder.
fn text(dir: &Path) -> TokenStream {
    let files = files(dir);
    let files = files.iter().filter_map(|path| {
        let parts = path.strip_prefix(dir).ok()?.iter();
        let name = parts.filter_map(|part| part.to_str()).collect::<Vec<_>>();
        let (name, path) = (name.join("/"), path.to_str()?);
        Some(quote!((#name, ::core::include_str!(#path))))
    });
    quote! {
        /// The files of the contract that these bindings are made of, each with its path from the contract's folder: for the offer.
        #[allow(dead_code)]
        pub const WIT: &[(&str, &str)] = &[#(#files),*];
    }
}

fn bindings(input: &Input, dir: &Path, emit: Emit) -> syn::Result<TokenStream> {
    let refused = |why: &dyn std::fmt::Display| {
        syn::Error::new(input.span, format!("the contract is refused\n\n{why}"))
    };
    let contract = Contract::load(dir).map_err(|refusals| refused(&refusals))?;
    let world = contract
        .world(input.world.as_deref())
        .map_err(|refusal| refused(&refusal))?;
    for name in &input.with {
        let interfaces = &contract.interfaces;
        if !interfaces
            .iter()
            .any(|interface| interface.id() == name.value())
        {
            let names: Vec<_> = interfaces.iter().map(|interface| interface.id()).collect();
            let message = format!("no such interface\nthe contract has: {}", names.join(", "));
            return Err(syn::Error::new(name.span(), message));
        }
    }
    Ok(emit(&contract, world, &input.options))
}

/// Makes the crate depend on the contract's files.
fn tracked(dir: &Path) -> TokenStream {
    let files = files(dir);
    let paths = files.iter().filter_map(|path| path.to_str());
    quote! { #(const _: &[u8] = ::core::include_bytes!(#paths);)* }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(dir, &mut files);
    files.sort();
    files
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        // The loader has said so.
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "wit") {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `bindgen!` with these options becomes, in one line.
    fn host(options: &str) -> String {
        match syn::parse_str::<Input>(options) {
            Ok(input) => expand_host(input).to_string(),
            Err(error) => error.to_compile_error().to_string(),
        }
    }

    #[test]
    fn a_world_becomes_its_modules_and_its_files_are_watched() {
        let code = host(r#"{ path: "tests/wit/good", world: "product" }"#);
        assert!(code.contains("pub mod motor"));
        assert!(code.contains("pub trait Host"));
        assert!(code.contains("include_bytes"));
        assert!(code.contains("pub const WIT"));
        assert!(code.contains("tests/wit/good/pump.wit"));
        assert!(!code.contains("compile_error"));
    }

    #[test]
    fn the_runtime_may_be_elsewhere() {
        let code =
            host(r#"{ path: "tests/wit/good", world: "product", crate: firmware::corelet }"#);
        assert!(code.contains("use firmware :: corelet :: abi"));
        assert!(!code.contains("corelet_host"));
    }

    #[test]
    fn an_interface_may_have_its_bindings_already() {
        let code = host(
            r#"{ path: "tests/wit/good", world: "product", with: { "vendor:pump/motor@1.0.0": pump::engine } }"#,
        );
        assert!(code.contains("pub use pump :: engine as motor"));
        assert!(!code.contains("pub mod motor"));
        assert!(
            code.contains("SHAPE . 0 =="),
            "its shapes are held to the contract"
        );
    }

    #[test]
    fn a_refused_contract_is_a_compile_error_with_the_whole_refusal() {
        let code = host(r#"{ path: "tests/wit/refused" }"#);
        assert!(code.contains("compile_error"));
        for part in [
            "`words` has no upper bound",
            "pump.wit:4:22",
            "a named type with @max(N)",
        ] {
            assert!(code.contains(part), "{part} is missing in {code}");
        }
        assert!(
            code.contains("include_bytes"),
            "mending the file must rebuild the crate"
        );
    }

    #[test]
    fn a_world_must_be_named_if_there_are_several() {
        let code = host(r#"{ path: "tests/wit/good" }"#);
        assert!(code.contains("compile_error") && code.contains("several worlds"));
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        let code = host(r#"{ word: "product" }"#);
        assert!(code.contains("`word` is no option of bindgen!"));
        let code = host(
            r#"{ path: "tests/wit/good", world: "product", with: { "vendor:pump/moter@1.0.0": m } }"#,
        );
        assert!(code.contains("no such interface") && code.contains("vendor:pump/motor@1.0.0"));
    }
}
