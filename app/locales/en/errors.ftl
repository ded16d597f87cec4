### What we say when something fails: what happened, what is safe, what to do.

error-unexpected = Something went wrong. Your data is safe. Please try again.
error-not-found = This page cannot be found
error-offline = There is no network right now
