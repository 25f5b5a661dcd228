package provider

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-swr/terraform-provider-swr/internal/swr"
)

// guards remembers which repositories are guarded in one run. Two guards of one
// repository would each revoke what the other lets in.
type guards struct {
	mu   sync.Mutex
	seen map[swr.Repository]accounts
}

// refuseSecond adds an error where another guard of the repository lets other
// accounts in. The same guard may be planned more than once.
func (g *guards) refuseSecond(repo swr.Repository, these accounts, diags *diag.Diagnostics) {
	g.mu.Lock()
	defer g.mu.Unlock()
	others, seen := g.seen[repo]
	if !seen {
		if g.seen == nil {
			g.seen = map[swr.Repository]accounts{}
		}
		g.seen[repo] = these
		return
	}
	if !others.same(these) {
		diags.AddAttributeError(pathAccessDomains, fmt.Sprintf("Duplicate %s for %s", typeExclusive, repo), fmt.Sprintf(
			"Two resources manage the accounts of this repository: one allows %s, the other %s. "+
				"Each would revoke the accounts that only the other allows. Keep one resource, with all accounts.", others, these))
	}
}
