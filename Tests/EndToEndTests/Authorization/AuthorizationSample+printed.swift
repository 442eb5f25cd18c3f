// Printed by Scripts/print-lists. Do not edit.

extension AuthorizationSample {
    /// Of every route.
    static let all: [AuthorizationSample] = [
        accounts,
        anybody,
        capabilities,
        conversations,
        images,
        keys,
        media,
        messages,
        pins,
    ].flatMap { $0 }
}
