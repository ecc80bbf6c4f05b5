"""I downloaded a tweak as a .deb. Ask me for the SHA256 the author published, check the file I pick against it, and only if it matches install it on my phone over SSH (host 192.168.1.20, user mobile, password from asking me) and respring. If the sums differ, play a sound and warn me instead."""
package = is_workflow_actions_documentpicker_open()
published = input("Published SHA256")
wanted = is_workflow_actions_text_changecase(text=published, WFCaseType="lowercase")
actual = is_workflow_actions_hash(WFInput=package, WFHashType="SHA256")
if actual == wanted:
    password = input("Password of mobile")
    log = is_workflow_actions_runsshscript(WFInput=package, WFSSHScript="cat > tweak.deb && sudo dpkg -i tweak.deb && sbreload", WFSSHHost="192.168.1.20", WFSSHUser="mobile", WFSSHPassword=password)
    is_workflow_actions_showresult(Text=log)
else:
    is_workflow_actions_playsound()
    is_workflow_actions_alert(WFAlertActionTitle="Do not install", WFAlertActionMessage=f"Expected {wanted}, got {actual}")
