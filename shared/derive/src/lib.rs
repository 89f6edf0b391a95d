//! `#[derive(Read, Write)]` for `shared::json`. They read the attributes that serde's derives read
//! (`rename_all`, `tag`, `default` and the like), so that a type's JSON is described once; an
//! attribute they do not know is a compile error, never another JSON.
//!
//! What serde derives is generic over a format and explains every failure: several times the code
//! that a phone needs, which it downloads before its first visit. See `docs/adr/0006`.

mod attributes;
mod names;
mod read;
mod write;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `shared::json::Read`.
#[proc_macro_derive(Read, attributes(serde))]
pub fn derive_read(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input as DeriveInput), read::derive)
}

/// Derives `shared::json::Write`.
#[proc_macro_derive(Write, attributes(serde))]
pub fn derive_write(input: TokenStream) -> TokenStream {
    derive(parse_macro_input!(input as DeriveInput), write::derive)
}

fn derive(input: DeriveInput, by: fn(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    by(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
