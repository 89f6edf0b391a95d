//! `Read`: a value is always made, from whatever lies there; what does not fit is noted once in the
//! text's own mark. So no field needs a way out, and none has code for one.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Result, Variant};

use crate::{
    attributes::{Container, Field, fields, variant_name},
    names::Case,
};

/// The implementation for a type.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::of(&input.attrs)?;
    let name = &input.ident;
    let body = match &input.data {
        Data::Struct(data) => {
            let made = made(&quote!(Self), &data.fields, container.names)?;
            quote! { #made }
        }
        Data::Enum(data) => of_enum(data, &container)?,
        Data::Union(_) => return Err(Error::new_spanned(name, "a union has no JSON")),
    };
    Ok(quote! {
        impl crate::json::Read for #name {
            fn read(at: crate::json::At<'_>) -> Self { #body }
        }
    })
}

/// What is read at `at`: named fields out of an object, one unnamed field as it stands, or nothing.
fn made(path: &TokenStream, data: &Fields, case: Case) -> Result<TokenStream> {
    match data {
        Fields::Unit => Ok(quote!(#path)),
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            Ok(quote!(#path(crate::json::Read::read(at))))
        }
        Fields::Unnamed(_) => Err(Error::new_spanned(data, "one unnamed field at most")),
        Fields::Named(_) => {
            let values = fields(data, case)?;
            let values = values.iter().map(value);
            Ok(quote!({ at.object(); #path { #(#values),* } }))
        }
    }
}

fn value(Field { member, name, default, flatten, .. }: &Field) -> TokenStream {
    if *flatten {
        quote!(#member: crate::json::Read::read(at))
    } else if *default {
        quote!(#member: at.or_default(#name))
    } else {
        quote!(#member: at.field(#name))
    }
}

fn of_enum(data: &DataEnum, container: &Container) -> Result<TokenStream> {
    let names: Vec<String> =
        data.variants.iter().map(|one| variant_name(one, container.names)).collect::<Result<_>>()?;
    let plain = data.variants.iter().all(|one| matches!(one.fields, Fields::Unit));
    let choice = match (&container.tag, &container.content) {
        (Some(tag), None) => quote! { let (chosen, at) = (at.member(#tag).choice(NAMES), at); },
        (Some(tag), Some(content)) => {
            quote! { let (chosen, at) = (at.member(#tag).choice(NAMES), at.member(#content)); }
        }
        _ if plain => quote! { let chosen = at.choice(NAMES); },
        _ => quote! { let (chosen, at) = at.variant(NAMES); },
    };
    let named = container.tag.is_none() && !plain;
    let arms: Vec<TokenStream> =
        data.variants.iter().map(|one| arm(one, container, named)).collect::<Result<_>>()?;
    // An unknown name is noted as a failure and chooses the first variant; the last arm takes the rest.
    let (last, first) = arms.split_last().ok_or_else(|| Error::new_spanned(&data.variants, "no variants"))?;
    let indices = 0..first.len();
    Ok(quote! {
        const NAMES: &[&str] = &[#(#names),*];
        #choice
        match chosen { #(#indices => #first,)* _ => #last }
    })
}

fn arm(variant: &Variant, container: &Container, named: bool) -> Result<TokenStream> {
    let ident = &variant.ident;
    let internally = container.tag.is_some() && container.content.is_none();
    if internally && matches!(variant.fields, Fields::Unnamed(_)) {
        return Err(Error::new_spanned(variant, "beside its tag a variant has named fields"));
    }
    let name_alone = named && matches!(variant.fields, Fields::Unit);
    let made = made(&quote!(Self::#ident), &variant.fields, container.fields)?;
    Ok(if name_alone { quote!({ at.nothing(); #made }) } else { made })
}
