// Runs health checks as Argo CD and Flux run them: JSON requests on stdin, a verdict as JSON on stdout for each.
//
// Argo CD: gopher-lua with the base, table and package libraries and no other, one second, the object as the global `obj`
// (argo-cd util/lua/lua.go). Flux: cel-go, parsed and not compiled, with strings, sets, encoders and optional types; `failed`
// before `current`, each with the object's top-level fields as variables; whatever else is in progress (fluxcd/pkg runtime/cel).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	lua "github.com/yuin/gopher-lua"
)

type request struct {
	Lua     string         `json:"lua"`
	Failed  string         `json:"failed"`
	Current string         `json:"current"`
	Object  map[string]any `json:"object"`
}

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
	Error   string `json:"error,omitempty"`
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch typed := value.(type) {
	case bool:
		return lua.LBool(typed)
	case float64:
		return lua.LNumber(typed)
	case string:
		return lua.LString(typed)
	case []any:
		table := state.NewTable()
		for _, item := range typed {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range typed {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	}
	return lua.LNil
}

func runLua(script string, object map[string]any) (verdict, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		params := lua.P{Fn: state.NewFunction(open), NRet: 0, Protect: true}
		if err := state.CallByParam(params, lua.LString(name)); err != nil {
			return verdict{}, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return verdict{}, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return verdict{}, errors.New("the script returned no table")
	}
	return verdict{
		Status:  table.RawGetString("status").String(),
		Message: table.RawGetString("message").String(),
	}, nil
}

func holds(expression string, object map[string]any) (bool, error) {
	env, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		ext.Strings(), ext.Sets(), ext.Encoders(),
	)
	if err != nil {
		return false, err
	}
	parsed, issues := env.Parse(expression)
	if issues != nil && issues.Err() != nil {
		return false, issues.Err()
	}
	program, err := env.Program(parsed, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return false, err
	}
	value, _, err := program.Eval(object)
	if err != nil {
		return false, err
	}
	result, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("the result is no boolean: %v", value)
	}
	return bool(result), nil
}

func runCel(asked request) (verdict, error) {
	for _, each := range []struct{ status, expression string }{
		{"Failed", asked.Failed},
		{"Current", asked.Current},
	} {
		ok, err := holds(each.expression, asked.Object)
		if err != nil {
			return verdict{}, err
		}
		if ok {
			return verdict{Status: each.status}, nil
		}
	}
	return verdict{Status: "InProgress"}, nil
}

func main() {
	decoder := json.NewDecoder(os.Stdin)
	encoder := json.NewEncoder(os.Stdout)
	for {
		var asked request
		if err := decoder.Decode(&asked); err != nil {
			if errors.Is(err, io.EOF) {
				return
			}
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var said verdict
		var err error
		if asked.Lua != "" {
			said, err = runLua(asked.Lua, asked.Object)
		} else {
			said, err = runCel(asked)
		}
		if err != nil {
			said = verdict{Error: err.Error()}
		}
		if err := encoder.Encode(said); err != nil {
			os.Exit(1)
		}
	}
}
