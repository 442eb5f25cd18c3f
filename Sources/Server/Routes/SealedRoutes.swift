import Chat
import Wire

/// What is asked by those who do not say who they are: a delivery token opens the door, and no login is taken.
enum SealedRoutes {
    static let all: [Route] = [
        Route(Endpoints.sealedSend) { (call, request, recipient) throws(Problem) in
            let (send, token) = (SealedSend(request, to: recipient), call.deliveryToken)
            if request.isEphemeral {
                try await call.look { (look) throws(Problem) in try look.admit(token, to: recipient) }
                try call.takeFromBuckets(ofAdmitted: recipient)
                return try await call.chat.pass(byteCount: 256 + call.bodyByteCount) { (look) throws(Problem) in
                    try look.pass(send, with: token)
                }
            }
            // Asked beside the writer first, so that a flood of wrong tokens does not hold up anybody's send.
            let earlier = try await call.look { (look) throws(Problem) -> Accepted? in
                if let earlier = try look.answer(to: send) { return earlier }
                try look.admit(token, to: recipient)
                return nil
            }
            if let earlier { return earlier }
            try call.takeFromBuckets(ofAdmitted: recipient)
            return try await call.commit { (turn) throws(Problem) in try turn.send(send, with: token) }
        },
        Route(Endpoints.sealedClaim) { (call, account) throws(Problem) in
            let (device, token) = (try call.asked(Parameters.device), call.deliveryToken)
            let heads = call.services.treeHeads
            try await call.look { (look) throws(Problem) in try look.admit(token, to: account) }
            try call.takeFromBuckets(ofAdmitted: account)
            return try await call.commit { (turn) throws(Problem) in
                try turn.look.admit(token, to: account)
                // Which tree somebody knows already may tell who it is: here nobody is asked.
                return try turn.claimKeys(of: account, device: device).proven(in: turn.look, since: nil, heads)
            }
        },
        Route(Endpoints.sealedAccount) { (call, account) throws(Problem) in
            let (token, heads) = (call.deliveryToken, call.services.treeHeads)
            return try await call.look { (look) throws(Problem) in
                try look.admit(token, to: account)
                return try look.account(account).proven(in: look, since: nil, heads)
            }
        },
        Route(Endpoints.setDeliveryToken) { (call, setting) throws(Problem) in
            let account = call.account
            return try await call.commit { (turn) throws(Problem) in
                try turn.setDeliveryToken(setting, of: account)
            }
        },
        Route(Endpoints.deliveryToken) { (call) throws(Problem) in
            let account = call.account
            return try await call.look { (look) throws(Problem) in try look.deliveryToken(of: account) }
        },
    ]
}

extension Call {
    /// What opens sealed routes, where it has the form of a token.
    fileprivate var deliveryToken: PresentedToken? {
        header(Parameters.deliveryToken).flatMap { PresentedToken(text: $0) }
    }
}
