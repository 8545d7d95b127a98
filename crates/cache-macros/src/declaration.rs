//! What attributes declare: key schemes and spaces, so that they are known without configuration.

use crate::{arguments::Space, template::Template};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use std::time::Duration;

/// The name of a space.
pub(crate) fn space_name(space: Option<&Space>) -> TokenStream {
    space.map_or_else(|| quote!("default"), |space| space.name.to_token_stream())
}

/// Registers a key scheme, and a space where one is declared, so that they are known without configuration.
pub(crate) fn declaration(space: Option<&Space>, key: Option<&Template>) -> TokenStream {
    let declared = space.and_then(|space| space.declared.as_ref().map(|declared| (&space.name, declared)));
    if declared.is_none() && key.is_none() {
        return TokenStream::new();
    }
    let options = declared.map_or_else(
        || quote!(::core::option::Option::None),
        |(name, declared)| {
            let prefix = declared.prefix.as_ref().unwrap_or(name);
            let ttl = duration_expression(declared.ttl.unwrap_or_default());
            let database = declared.database.as_ref().map(|number| quote!(options.database = #number;));
            let objective =
                declared.hit_ratio_objective.as_ref().map(|ratio| quote!(options.hit_ratio_objective = #ratio;));
            quote! {
                ::core::option::Option::Some(|| {
                    #[allow(unused_mut)]
                    let mut options = ::miorai_cache::SpaceOptions::new(#name, #prefix, #ttl);
                    #database
                    #objective
                    options
                })
            }
        },
    );
    let key = key.map_or_else(
        || quote!(::core::option::Option::None),
        |key| {
            let schema = key.schema();
            quote!(::core::option::Option::Some(#schema))
        },
    );
    let space = space_name(space);
    quote! {
        ::miorai_cache::generated::inventory::submit! {
            ::miorai_cache::Declared { space: #space, key: #key, options: #options }
        }
    }
}

/// A duration as code.
pub(crate) fn duration_expression(duration: Duration) -> TokenStream {
    let (seconds, nanoseconds) = (duration.as_secs(), duration.subsec_nanos());
    quote!(::core::time::Duration::new(#seconds, #nanoseconds))
}
