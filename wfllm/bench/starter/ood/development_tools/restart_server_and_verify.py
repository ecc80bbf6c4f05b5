"""Restart nginx on my box (server.example.com, user deploy, SSH key) over SSH. Then fetch the index page, work out its SHA256 and compare it with the fingerprint saved in Data Jar under "site.hash". If they differ show me the first lines of the error log from the same server, otherwise just say the deploy is fine."""
is_workflow_actions_runsshscript(WFSSHScript="sudo systemctl restart nginx", WFSSHHost="server.example.com", WFSSHUser="deploy", WFSSHAuthenticationType="SSH Key")
is_workflow_actions_delay(WFDelayTime=5)
page = is_workflow_actions_downloadurl(WFURL="https://server.example.com/")
fingerprint = is_workflow_actions_hash(WFInput=page, WFHashType="SHA256")
expected = dk_simonbs_DataJar_GetValueIntent(keyPath="site.hash")
if fingerprint == expected:
    is_workflow_actions_notification(WFNotificationActionBody="Deploy is fine.")
else:
    errors = is_workflow_actions_runsshscript(WFSSHScript="head -n 20 /var/log/nginx/error.log", WFSSHHost="server.example.com", WFSSHUser="deploy", WFSSHAuthenticationType="SSH Key")
    is_workflow_actions_showresult(Text=errors)
