// An app imports this module alone: what the types in its signatures are, and what their members are, come with it.
#if canImport(FoundationEssentials)
@_exported public import FoundationEssentials
#else
@_exported public import Foundation
#endif
@_exported public import Keys
@_exported public import Wire
