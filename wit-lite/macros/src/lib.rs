//! bindgen! for hosts and guests, over corelet-wit.
