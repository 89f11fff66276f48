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
    let dir =
        Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(&input.path);
    let bindings = bindings(&input, &dir, emit).unwrap_or_else(syn::Error::into_compile_error);
    let tracked = tracked(&dir);
    quote! { #bindings #tracked }
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
    let mut files = Vec::new();
    collect(dir, &mut files);
    files.sort();
    let paths = files.iter().filter_map(|path| path.to_str());
    quote! { #(const _: &[u8] = ::core::include_bytes!(#paths);)* }
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
