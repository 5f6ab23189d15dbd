//! What all generated requests have in common: their options and the ways to send them.

/// Gives a request without a body its options and `send()`.
///
/// ```text
/// request! { OrdersRetrieve => Order }                       // the whole body is the value
/// request! { OrdersRetrieve => data Order }                  // {"data": ..} is opened
/// request! { OrdersDelete => () }                            // the body is ignored
/// request! { OrdersSearch[HasText: text] => Order }          // with required arguments
/// ```
macro_rules! request {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $($output:tt)+) => {
        $crate::builders::options! { $name $([$($state),+])? }

        impl<$($($state),+)?> $name<$($($state),+)?> {
            $crate::builders::send! { [$($($state: $field),+)?] without_body => $($output)+ }
        }
    };
}
pub(crate) use request;

/// Gives a request with a body its options and `send()`; the forms are those of `request!`.
macro_rules! body_request {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $($output:tt)+) => {
        $crate::builders::options! { $name $([$($state),+])? }

        $crate::builders::body_field! { $name $([$($state),+])? }

        impl<$($($state),+)?> $name<$($($state),+)?> {
            $crate::builders::send! { [$($($state: $field),+)?] with_body => $($output)+ }
        }
    };
}
pub(crate) use body_request;

/// Gives a request whose response is a file its options and `send()`.
///
/// ```text
/// download_request! { OrdersRetrieveDocument => Bytes }
/// ```
macro_rules! download_request {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $output:ty) => {
        $crate::builders::options! { $name $([$($state),+])? }

        impl<$($($state),+)?> $name<$($($state),+)?> {
            $crate::builders::send! { [$($($state: $field),+)?] without_body => download $output }
        }
    };
}
pub(crate) use download_request;

/// Gives a request for a list its options, `send()` for one page, and `items()` and `pages()` for
/// all of them.
///
/// ```text
/// list_request! { OrdersList => Order, PageMeta }
/// ```
macro_rules! list_request {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $item:ty $(, $meta:ty)?) => {
        $crate::builders::list! {
            $name [$($($state: $field),+)?] without_body => ($item, $($meta)?)
        }
    };
}
pub(crate) use list_request;

/// The same for a request that has a body, such as a search by POST.
macro_rules! body_list_request {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $item:ty $(, $meta:ty)?) => {
        $crate::builders::body_field! { $name $([$($state),+])? }
        $crate::builders::list! {
            $name [$($($state: $field),+)?] with_body => ($item, $($meta)?)
        }
    };
}
pub(crate) use body_list_request;

/// What both kinds of requests for lists have.
macro_rules! list {
    ($name:ident [$($state:ident: $field:ident),*] $body:ident => ($item:ty,)) => {
        $crate::builders::list! { $name [$($state: $field),*] $body => ($item, ()) }
    };
    ($name:ident [$($state:ident: $field:ident),*] $body:ident => ($item:ty, $meta:ty)) => {
        $crate::builders::options! { $name [$($state),*] }

        impl<$($state),*> $name<$($state),*> {
            $crate::builders::send! { [$($state: $field),*] $body => page $item, $meta }

            /// Returns a stream of all items, from the page that the request asks for to the last
            /// one.
            ///
            /// One page is held in memory at a time.
            #[inline]
            pub fn items(self) -> $crate::Items<$item, $meta>
            where
                $($state: fields::$field,)*
            {
                $crate::builders::send!(@finish self $body).items()
            }

            /// Returns a stream of all pages, from the page that the request asks for to the last
            /// one.
            #[inline]
            pub fn pages(self) -> $crate::Pages<$item, $meta>
            where
                $($state: fields::$field,)*
            {
                $crate::builders::send!(@finish self $body).pages()
            }

            /// Returns an iterator over all items, which blocks the thread while a page is fetched.
            #[cfg(feature = "blocking")]
            #[inline]
            pub fn items_blocking(self) -> $crate::BlockingItems<$item, $meta>
            where
                $($state: fields::$field,)*
            {
                $crate::BlockingItems::new($crate::builders::send!(@finish self $body).items())
            }

            /// Returns an iterator over all pages, which blocks the thread while a page is fetched.
            #[cfg(feature = "blocking")]
            #[inline]
            pub fn pages_blocking(self) -> $crate::BlockingPages<$item, $meta>
            where
                $($state: fields::$field,)*
            {
                $crate::BlockingPages::new($crate::builders::send!(@finish self $body).pages())
            }
        }
    };
}
pub(crate) use list;

/// Gives a request another way to be sent, with another media type for the response.
///
/// ```text
/// alternative! { OrdersList => send_csv: "text/csv", String }
/// alternative! { OrdersList => send_events: "text/event-stream", events Order }
/// alternative! { OrdersList => send_hal_json: "application/hal+json", json HalOrders }
/// ```
macro_rules! alternative {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $($what:tt)+) => {
        impl<$($($state),+)?> $name<$($($state),+)?> {
            $crate::builders::another_way! { [$($($state: $field),+)?] without_body $($what)+ }
        }
    };
}
pub(crate) use alternative;

/// The same for a request that has a body.
macro_rules! body_alternative {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])? => $($what:tt)+) => {
        impl<$($($state),+)?> $name<$($($state),+)?> {
            $crate::builders::another_way! { [$($($state: $field),+)?] with_body $($what)+ }
        }
    };
}
pub(crate) use body_alternative;

/// What both kinds of alternatives are.
macro_rules! another_way {
    ([$($states:tt)*] $body:ident $method:ident: $media_type:literal, events String) => {
        $crate::builders::another_way! {
            @method [$($states)*] $body $method $media_type $crate::Events<String>; call_text_events
        }
    };
    ([$($states:tt)*] $body:ident $method:ident: $media_type:literal, events $data:ty) => {
        $crate::builders::another_way! {
            @method [$($states)*] $body $method $media_type $crate::Events<$data>; call_events
        }
    };
    ([$($states:tt)*] $body:ident $method:ident: $media_type:literal, json $output:ty) => {
        $crate::builders::another_way! { @method [$($states)*] $body $method $media_type $output; call }
    };
    ([$($states:tt)*] $body:ident $method:ident: $media_type:literal, $output:ty) => {
        $crate::builders::another_way! { @method [$($states)*] $body $method $media_type $output; call_for_body }
    };
    (@method [$($state:ident: $field:ident),*] $body:ident $method:ident $media_type:literal $output:ty; $call:ident) => {
        #[doc = concat!("Sends the request and asks for the response as `", $media_type, "`.")]
        ///
        /// # Errors
        ///
        /// As for `send`.
        pub fn $method(self) -> $crate::Call<$output>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).accept($media_type).$call()
        }
    };
}
pub(crate) use another_way;

/// The option of every request whose body is a form of parts.
macro_rules! form_parts {
    ($name:ident $([$($state:ident: $field:ident),+ $(,)?])?) => {
        impl<$($($state),+)?> $name<$($($state),+)?> {
            /// Sets a part of the form that this version of the crate has no setter for, or overrides
            /// one.
            pub fn extra_part(
                mut self,
                name: impl Into<String>,
                part: impl Into<$crate::FileUpload>,
            ) -> Self {
                self.request.extra_part(&name.into(), part.into());
                self
            }
        }
    };
}
pub(crate) use form_parts;

/// The option of every request with a body.
macro_rules! body_field {
    ($name:ident $([$($state:ident),*])?) => {
        impl<$($($state),*)?> $name<$($($state),*)?> {
            /// Sets a member of the body that this version of the crate has no setter for, or
            /// overrides one.
            #[inline]
            pub fn body_field(
                mut self,
                name: impl Into<String>,
                value: impl Into<$crate::codec::Value>,
            ) -> Self {
                self.request.extra_body(name.into(), value.into());
                self
            }
        }
    };
}
pub(crate) use body_field;

/// The options of every request.
macro_rules! options {
    ($name:ident $([$($state:ident),*])?) => {
        impl<$($($state),*)?> $name<$($($state),*)?> {
            /// Sets the time that one attempt may take, from connecting to the last byte of the
            /// response.
            #[inline]
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.request.timeout(timeout);
                self
            }

            /// Sets the time that the whole call may take, with all attempts and the waits between
            /// them.
            #[inline]
            pub fn deadline(mut self, deadline: ::std::time::Duration) -> Self {
                self.request.deadline(deadline);
                self
            }

            /// Sets how many times the request is sent again at most, if that does no harm.
            #[inline]
            pub fn max_retries(mut self, max_retries: u32) -> Self {
                self.request.max_retries(max_retries);
                self
            }

            /// Sets when the request is sent again, and after how long.
            #[inline]
            pub fn retry_policy(mut self, policy: $crate::RetryPolicy) -> Self {
                self.request.retry_policy(policy);
                self
            }

            /// Sets a header, in place of the client's own.
            #[inline]
            pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.request.extra_header(name.into(), value.into());
                self
            }

            /// Adds a pair to the query that this version of the crate has no setter for.
            #[inline]
            pub fn query_param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.request.extra_query(name.into(), value.into());
                self
            }
        }
    };
}
pub(crate) use options;

/// `send()` and its variants, for each form of output.
macro_rules! send {
    ([$($states:tt)*] $body:ident => ()) => {
        $crate::builders::send! { @methods [$($states)*] $body (); call_for_nothing }
    };
    ([$($states:tt)*] $body:ident => download $output:ty) => {
        $crate::builders::send! { @methods [$($states)*] $body $output; call_for_body }
        $crate::builders::send! { @download [$($states)*] $body }
    };
    ([$($states:tt)*] $body:ident => events String) => {
        $crate::builders::send! { @events [$($states)*] $body String; call_text_events }
    };
    ([$($states:tt)*] $body:ident => events $data:ty) => {
        $crate::builders::send! { @events [$($states)*] $body $data; call_events }
    };
    ([$($states:tt)*] $body:ident => by_status $output:ty) => {
        $crate::builders::send! { @methods [$($states)*] $body $output; call_for_body }
    };
    ([$($states:tt)*] $body:ident => page $item:ty, $meta:ty) => {
        $crate::builders::send! { @methods [$($states)*] $body $crate::Page<$item, $meta>; call_page }
    };
    ([$($states:tt)*] $body:ident => $member:literal $output:ty) => {
        $crate::builders::send! { @methods [$($states)*] $body $output; member($member) call }
    };
    ([$($states:tt)*] $body:ident => $member:ident $output:ident $($rest:tt)*) => {
        $crate::builders::send! { @methods [$($states)*] $body $output $($rest)*; member(stringify!($member)) call }
    };
    ([$($states:tt)*] $body:ident => $output:ty) => {
        $crate::builders::send! { @methods [$($states)*] $body $output; call }
    };

    (@methods [$($state:ident: $field:ident),*] $body:ident $output:ty; $($step:ident $(($($argument:tt)*))?)+) => {
        /// Sends the request.
        ///
        /// # Errors
        ///
        /// If the request can't be sent, the server refuses it, or its answer is not what the
        /// document promises. `Error` has a predicate for each case.
        #[inline]
        pub fn send(self) -> $crate::Call<$output>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body)$(.$step($($($argument)*)?))+
        }

        /// Sends the request and gives the response as it was received, with its status and
        /// headers.
        ///
        /// # Errors
        ///
        /// If the request can't be sent or the server refuses it.
        #[inline]
        pub fn send_raw(self) -> $crate::Call<$crate::RawResponse>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).call_raw()
        }

        /// Sends the request and blocks the thread until the answer is there.
        ///
        /// # Errors
        ///
        /// As for `send`.
        #[cfg(feature = "blocking")]
        #[inline]
        pub fn send_blocking(self) -> Result<$output, $crate::Error>
        where
            $($state: fields::$field,)*
            Self: 'static,
        {
            $crate::blocking::wait(self.send())
        }
    };

    (@events [$($state:ident: $field:ident),*] $body:ident $data:ty; $call:ident) => {
        /// Sends the request and gives the events of the response as they come in.
        ///
        /// # Errors
        ///
        /// If the request can't be sent, the server refuses it, or answers with something else.
        pub fn send(self) -> $crate::Call<$crate::Events<$data>>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).$call()
        }

        /// Sends the request and gives an iterator over the events, which blocks the thread until
        /// the next one comes.
        ///
        /// # Errors
        ///
        /// As for `send`.
        #[cfg(feature = "blocking")]
        pub fn send_blocking(self) -> Result<$crate::BlockingEvents<$data>, $crate::Error>
        where
            $($state: fields::$field,)*
            Self: 'static,
        {
            $crate::blocking::wait(self.send()).map($crate::BlockingEvents::new)
        }

        /// Sends the request and gives the body as a stream of its bytes.
        ///
        /// # Errors
        ///
        /// If the request can't be sent or the server refuses it.
        pub fn send_stream(self) -> $crate::Call<$crate::Download>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).call_stream()
        }
    };

    (@download [$($state:ident: $field:ident),*] $body:ident) => {
        /// Sends the request and gives the head of the response, with the body as a stream.
        ///
        /// The timeout holds for the head and then for the wait for each piece, the deadline for
        /// everything.
        ///
        /// # Errors
        ///
        /// If the request can't be sent or the server refuses it.
        #[inline]
        pub fn send_stream(self) -> $crate::Call<$crate::Download>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).call_stream()
        }

        /// Sends the request, and gives the head of the response as soon as it is there, with the
        /// body to be read; the thread is blocked while bytes are waited for.
        ///
        /// # Errors
        ///
        /// As for `send_stream`.
        #[cfg(feature = "blocking")]
        pub fn send_stream_blocking(self) -> Result<$crate::BlockingDownload, $crate::Error>
        where
            $($state: fields::$field,)*
            Self: 'static,
        {
            $crate::blocking::wait(self.send_stream()).map($crate::BlockingDownload::new)
        }

        /// Sends the request and saves the body of the response to a file.
        ///
        /// The file is there as a whole or not at all: until the last byte has come and is on disk,
        /// the body stands under another name in the same folder, and on any failure, or when the
        /// call is dropped, it is removed. A file that has the name already is replaced. Nothing is
        /// sent if the folder can't be written to.
        ///
        /// A download that breaks off is begun anew wherever the request may be sent again. The
        /// timeout holds for the head and then for the wait for each piece, the deadline for
        /// everything.
        ///
        /// # Errors
        ///
        /// If the request can't be sent, the server refuses it, the body does not come in whole, it is a
        /// page of HTML or JSON where the document promises another kind, or the file can't be
        /// written; for the last, `Error::is_file` is true.
        #[inline]
        pub fn save_to(
            self,
            path: impl Into<::std::path::PathBuf>,
        ) -> $crate::Call<$crate::Saved>
        where
            $($state: fields::$field,)*
        {
            $crate::builders::send!(@finish self $body).call_save(path.into())
        }

        /// Does what `save_to` does, and blocks the thread until it is done.
        ///
        /// # Errors
        ///
        /// As for `save_to`.
        #[cfg(feature = "blocking")]
        #[inline]
        pub fn save_to_blocking(
            self,
            path: impl Into<::std::path::PathBuf>,
        ) -> Result<$crate::Saved, $crate::Error>
        where
            $($state: fields::$field,)*
            Self: 'static,
        {
            $crate::blocking::wait(self.save_to(path))
        }
    };

    (@finish $builder:ident without_body) => { $builder.request };
    (@finish $builder:ident with_body) => { $builder.request.body(&$builder.body) };
}
pub(crate) use send;
