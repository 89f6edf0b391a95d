//! `Write`: members in the order of the declaration, texts as constants.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Result, Variant};

use crate::{
    attributes::{Container, Field, fields, variant_name},
    names::Case,
};

/// The implementation for a type.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::of(&input.attrs)?;
    let name = &input.ident;
    let method = match &input.data {
        Data::Struct(data) => of_struct(&data.fields, container.names)?,
        Data::Enum(data) => of_enum(data, &container)?,
        Data::Union(_) => return Err(Error::new_spanned(name, "a union has no JSON")),
    };
    Ok(quote! {
        impl crate::json::Write for #name { #method }
    })
}

fn of_struct(data: &Fields, case: Case) -> Result<TokenStream> {
    if let Fields::Unnamed(_) = data {
        return Ok(quote! { fn write(&self, out: &mut crate::json::Out) { self.0.write(out); } });
    }
    let members = fields(data, case)?;
    let members = members.iter().map(|field| {
        let member = &field.member;
        written(field, &quote!(&self.#member))
    });
    Ok(quote! { fn members(&self, out: &mut crate::json::Out) { #(#members)* } })
}

/// One member; `place` is a reference to its value.
fn written(Field { name, skip, flatten, .. }: &Field, place: &TokenStream) -> TokenStream {
    if *flatten {
        return quote!(crate::json::Write::members(#place, out););
    }
    let plain = quote!(out.key(#name); crate::json::Write::write(#place, out););
    match skip {
        Some(skip) => quote!(if !#skip(#place) { #plain }),
        None => plain,
    }
}

fn of_enum(data: &DataEnum, container: &Container) -> Result<TokenStream> {
    let plain = data.variants.iter().all(|one| matches!(one.fields, Fields::Unit));
    if plain && container.tag.is_none() {
        let names: Vec<String> =
            data.variants.iter().map(|one| variant_name(one, container.names)).collect::<Result<_>>()?;
        let idents = data.variants.iter().map(|one| &one.ident);
        return Ok(quote! {
            fn write(&self, out: &mut crate::json::Out) {
                out.text(match self { #(Self::#idents => #names),* });
            }
        });
    }
    let arms: Vec<TokenStream> =
        data.variants.iter().map(|one| arm(one, container)).collect::<Result<_>>()?;
    let method = if container.tag.is_some() { quote!(members) } else { quote!(write) };
    Ok(quote! {
        fn #method(&self, out: &mut crate::json::Out) { match self { #(#arms)* } }
    })
}

fn arm(variant: &Variant, container: &Container) -> Result<TokenStream> {
    let (ident, name) = (&variant.ident, variant_name(variant, container.names)?);
    let (pattern, inner, plain) = match &variant.fields {
        Fields::Unit => (quote!(Self::#ident), quote!(), quote!()),
        Fields::Unnamed(_) => {
            (quote!(Self::#ident(inner)), quote!(), quote!(crate::json::Write::write(inner, out);))
        }
        Fields::Named(named) => {
            let members = fields(&variant.fields, container.fields)?;
            let idents: Vec<_> = named.named.iter().map(|field| &field.ident).collect();
            let places: Vec<_> = (0..idents.len()).map(|at| format_ident!("field_{at}")).collect();
            let written = members.iter().zip(&places).map(|(field, place)| written(field, &quote!(#place)));
            let written = quote!(#(#written)*);
            (
                quote!(Self::#ident { #(#idents: #places),* }),
                written.clone(),
                quote!(out.begin(); #written out.end();),
            )
        }
    };
    let unit = matches!(variant.fields, Fields::Unit);
    Ok(match (&container.tag, &container.content) {
        (Some(tag), Some(content)) if !unit => {
            quote!(#pattern => { out.named(#tag, #name); out.key(#content); #plain })
        }
        (Some(tag), _) => quote!(#pattern => { out.named(#tag, #name); #inner }),
        (None, _) if unit => quote!(#pattern => out.text(#name),),
        (None, _) => quote!(#pattern => { out.begin(); out.key(#name); #plain out.end(); }),
    })
}
