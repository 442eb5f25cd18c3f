import Media

_ = Sandbox.socket
