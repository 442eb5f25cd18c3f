// Printed by Scripts/print-inits from the fields of the records. Do not edit.

@testable import Wire

extension Catalogue {
    static let printed: [Specimen] = [
        Specimen(Capabilities.self),
        Specimen(ConversationEvent.MessagePin.self),
        Specimen(PinView.self),
    ]
}
