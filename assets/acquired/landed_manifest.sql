-- How is a delivery of the source described in the intake register?
select manifest
from registers.main.intake
where source = $source and sha256 = $sha256
