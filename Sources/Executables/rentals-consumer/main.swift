import Pipeline

RoleProcess.runConsumer(of: .rentals)
