package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/auth"
)

// providerModel is the provider block.
type providerModel struct {
	Endpoint        types.String `tfsdk:"endpoint"`
	Region          types.String `tfsdk:"region"`
	AuthURL         types.String `tfsdk:"auth_url"`
	Token           types.String `tfsdk:"token"`
	AccessKey       types.String `tfsdk:"access_key"`
	SecretKey       types.String `tfsdk:"secret_key"`
	SecurityToken   types.String `tfsdk:"security_token"`
	SignatureFormat types.String `tfsdk:"signature_format"`
	UserName        types.String `tfsdk:"user_name"`
	UserID          types.String `tfsdk:"user_id"`
	Password        types.String `tfsdk:"password"`
	DomainName      types.String `tfsdk:"domain_name"`
	DomainID        types.String `tfsdk:"domain_id"`
	ProjectName     types.String `tfsdk:"project_name"`
	ProjectID       types.String `tfsdk:"project_id"`
	Cloud           types.String `tfsdk:"cloud"`
	CACertFile      types.String `tfsdk:"cacert_file"`
	Insecure        types.Bool   `tfsdk:"insecure"`
	MaxRetries      types.Int64  `tfsdk:"max_retries"`
	RequestTimeout  types.String `tfsdk:"request_timeout"`
}

// unknown names the first attribute whose value is not known yet, "" if all are.
func (m providerModel) unknown() string {
	for _, attribute := range []struct {
		name  string
		value attr.Value
	}{
		{"endpoint", m.Endpoint}, {"region", m.Region}, {"auth_url", m.AuthURL},
		{"token", m.Token},
		{"access_key", m.AccessKey}, {"secret_key", m.SecretKey}, {"security_token", m.SecurityToken},
		{"signature_format", m.SignatureFormat},
		{"user_name", m.UserName}, {"user_id", m.UserID}, {"password", m.Password},
		{"domain_name", m.DomainName}, {"domain_id", m.DomainID},
		{"project_name", m.ProjectName}, {"project_id", m.ProjectID},
		{"cloud", m.Cloud}, {"cacert_file", m.CACertFile}, {"insecure", m.Insecure},
		{"max_retries", m.MaxRetries}, {"request_timeout", m.RequestTimeout},
	} {
		if attribute.value.IsUnknown() {
			return attribute.name
		}
	}
	return ""
}

func (m providerModel) settings() auth.Settings {
	return auth.Settings{
		Endpoint: m.Endpoint.ValueStringPointer(), Region: m.Region.ValueStringPointer(), AuthURL: m.AuthURL.ValueStringPointer(),
		Token:     m.Token.ValueStringPointer(),
		AccessKey: m.AccessKey.ValueStringPointer(), SecretKey: m.SecretKey.ValueStringPointer(), SecurityToken: m.SecurityToken.ValueStringPointer(),
		SignatureFormat: m.SignatureFormat.ValueStringPointer(),
		UserName:        m.UserName.ValueStringPointer(), UserID: m.UserID.ValueStringPointer(), Password: m.Password.ValueStringPointer(),
		DomainName: m.DomainName.ValueStringPointer(), DomainID: m.DomainID.ValueStringPointer(),
		ProjectName: m.ProjectName.ValueStringPointer(), ProjectID: m.ProjectID.ValueStringPointer(),
		Cloud: m.Cloud.ValueStringPointer(), CACertFile: m.CACertFile.ValueStringPointer(), Insecure: m.Insecure.ValueBoolPointer(),
		MaxRetries: m.MaxRetries.ValueInt64Pointer(), RequestTimeout: m.RequestTimeout.ValueStringPointer(),
	}
}

func providerSchema() schema.Schema {
	optional := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	return schema.Schema{
		MarkdownDescription: "Shares private container images in SWR (Software Repository for Container) with other accounts, " +
			"on Open Telekom Cloud, Huawei Cloud and their kin.",
		Attributes: map[string]schema.Attribute{
			"endpoint": optional("Base URL of the SWR API, such as `https://swr-api.eu-de.otc.t-systems.com`. " +
				"Environment: `SWR_ENDPOINT`. Default: made from `auth_url` by putting `swr-api` for `iam` or `iam-pub`."),
			"region": optional("Region, such as `eu-de`. It must agree with the host of `auth_url` where the endpoint is made from that; " +
				"it selects the endpoint only with the two hosts that serve all regions of Huawei Cloud. " +
				"It is the default of `project_name`, too. Environment: `OS_REGION_NAME`, `OS_REGION` or `HW_REGION_NAME`."),
			"auth_url": optional("URL of IAM v3, such as `https://iam.eu-de.otc.t-systems.com/v3`. " +
				"Environment: `OS_AUTH_URL` or `HW_AUTH_URL`."),
			"token": secret("An IAM token. Environment: `OS_TOKEN`, `OS_AUTH_TOKEN` or `HW_AUTH_TOKEN`."),
			"access_key": optional("Access key (AK), to sign requests with. " +
				"Environment: `OS_ACCESS_KEY` or `HW_ACCESS_KEY`."),
			"secret_key": secret("Secret key (SK) of the access key. " +
				"Environment: `OS_SECRET_KEY` or `HW_SECRET_KEY`."),
			"security_token": secret("Security token of a temporary access key. " +
				"Environment: `OS_SECURITY_TOKEN` or `HW_SECURITY_TOKEN`."),
			"signature_format": optional("Form of the signature: `access` or `credential`, after the word in the " +
				"Authorization header. Environment: `SWR_SIGNATURE_FORMAT`. " +
				"Default: `credential` on hosts under `otc.t-systems.com`, else `access`."),
			"user_name": optional("User to log in at IAM. Environment: `OS_USERNAME` or `HW_USER_NAME`."),
			"user_id":   optional("The user's id, instead of the name. Environment: `OS_USER_ID` or `HW_USER_ID`."),
			"password":  secret("The user's password. Environment: `OS_PASSWORD` or `HW_USER_PASSWORD`."),
			"domain_name": optional("The user's account. " +
				"Environment: `OS_USER_DOMAIN_NAME`, `OS_PROJECT_DOMAIN_NAME`, `OS_DOMAIN_NAME` or `HW_DOMAIN_NAME`."),
			"domain_id": optional("The account's id, instead of the name. " +
				"Environment: `OS_USER_DOMAIN_ID`, `OS_PROJECT_DOMAIN_ID`, `OS_DOMAIN_ID` or `HW_DOMAIN_ID`."),
			"project_name": optional("Project that the login is for. " +
				"Environment: `OS_PROJECT_NAME`, `OS_TENANT_NAME` or `HW_PROJECT_NAME`. Default: the region."),
			"project_id": optional("The project's id, instead of the name. " +
				"Environment: `OS_PROJECT_ID`, `OS_TENANT_ID` or `HW_PROJECT_ID`."),
			"cloud": optional("Entry of `clouds.yaml` to take host, scope and credential from. Environment: `OS_CLOUD`."),
			"cacert_file": optional("File with the certificates (PEM) to trust instead of the system's. " +
				"Environment: `OS_CACERT`."),
			"insecure": schema.BoolAttribute{Optional: true, MarkdownDescription: "Take any certificate, and plain `http://`. " +
				"Whoever sits between can then read and change who may pull. Environment: `OS_INSECURE` or `HW_INSECURE`."},
			"max_retries": schema.Int64Attribute{Optional: true, MarkdownDescription: "How often a request is tried again after a " +
				"failure that may pass. Waiting while the service throttles does not count. Environment: `SWR_MAX_RETRIES`. Default: 5."},
			"request_timeout": optional("How long one request may take, as a duration such as `60s`. " +
				"Environment: `SWR_REQUEST_TIMEOUT`. Default: `60s`."),
		},
	}
}
