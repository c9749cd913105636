import Pipeline

RoleProcess.runConsumer(of: .consents)
