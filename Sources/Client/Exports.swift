// An app imports this module alone: what the types in its signatures are, and what their members are, come with it.
@_exported public import Keys
@_exported public import Wire
