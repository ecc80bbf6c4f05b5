"""I set up jailbroken phones a lot. Give me a list with Chariz, Havoc and Other, and open the one I choose in Sileo as a new source with sileo://source/ followed by its address (https://repo.chariz.com/ or https://havoc.app/). For Other I type the address, and you add the slash at the end if I forgot it."""
sources = {"Chariz": "https://repo.chariz.com/", "Havoc": "https://havoc.app/", "Other": ""}
names = sources.keys()
name = is_workflow_actions_choosefromlist(WFInput=names, WFChooseFromListActionPrompt="Add which source?")
Address = sources[f"{name}"]
if name == "Other":
    Address = ask("Address", type="URL")
    if Address.endswith("/"):
        pass
    else:
        Address = f"{Address}/"
is_workflow_actions_openurl(WFInput=f"sileo://source/{Address}")
