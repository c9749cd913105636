import Pipeline

RoleProcess.runConsumer(of: .accounts)
